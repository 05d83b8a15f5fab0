//! Gives the shared library its soname: the major number of the C ABI, not of the package (`THUMBLING_ABI_VERSION`).

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libthumbling.so.1");
    }
}
