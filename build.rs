//! Linker arguments that a dependency's assembly needs.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let elf = std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|f| f == "unix")
        && std::env::var("CARGO_CFG_TARGET_VENDOR").is_ok_and(|v| v != "apple");
    if elf && std::env::var_os("CARGO_FEATURE_AVIF").is_some() {
        // rav1d's assembly addresses its tables directly, which a shared library allows only for symbols that nobody
        // can put others in the place of; its C names are not ours to export either.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-Bsymbolic");
        println!("cargo:rustc-cdylib-link-arg=-Wl,--exclude-libs,ALL");
    }
}
