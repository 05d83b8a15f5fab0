//! Every package that any feature pulls in, on any platform, is under a licence and from a source that `deny.toml` allows.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

#[test]
fn dependencies_are_under_allowed_licences_from_allowed_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules: toml::Table = std::fs::read_to_string(root.join("deny.toml")).unwrap().parse().unwrap();
    let allowed: Vec<spdx::Licensee> =
        strings(&rules["licenses"]["allow"]).map(|id| spdx::Licensee::parse(id).unwrap()).collect();
    let registries: Vec<String> =
        strings(&rules["sources"]["allow-registry"]).map(|url| format!("registry+{url}")).collect();

    let packages = packages(root);
    assert!(packages.len() > 50, "only {} packages were seen", packages.len());
    let bad: Vec<String> = packages.iter().filter_map(|package| wrong(package, &allowed, &registries)).collect();
    assert!(bad.is_empty(), "{} of {}:\n{}", bad.len(), packages.len(), bad.join("\n"));
}

fn strings(list: &toml::Value) -> impl Iterator<Item = &str> {
    list.as_array().unwrap().iter().map(|item| item.as_str().unwrap())
}

/// All packages but our own.
fn packages(root: &Path) -> Vec<Value> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--all-features", "--locked", "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let mut metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let Value::Array(mut packages) = metadata["packages"].take() else { panic!("no packages") };
    packages.retain(|package| package["name"] != env!("CARGO_PKG_NAME"));
    packages
}

/// What is wrong with `package`, if anything.
fn wrong(package: &Value, allowed: &[spdx::Licensee], registries: &[String]) -> Option<String> {
    let said = |why: String| Some(format!("{} {}: {why}", package["name"], package["version"]));
    let source = package["source"].as_str().unwrap_or("a path");
    if !registries.iter().any(|registry| registry == source) {
        return said(format!("from {source}"));
    }
    let Some(licence) = package["license"].as_str() else { return said("names no licence".into()) };
    // Older packages write MIT/Apache-2.0.
    let licence = licence.replace('/', " OR ");
    match spdx::Expression::parse_mode(&licence, spdx::ParseMode::LAX) {
        Ok(terms) if terms.evaluate(|asked| allowed.iter().any(|l| l.satisfies(asked))) => None,
        Ok(_) => said(licence),
        Err(e) => said(format!("{licence}: {}", e.reason)),
    }
}

#[test]
fn a_licence_that_is_not_allowed_is_found() {
    let allowed = [spdx::Licensee::parse("MIT").unwrap()];
    let registries = ["registry+here".to_owned()];
    let package = |licence: &str, source: &str| serde_json::json!({ "name": "some", "version": "1.0.0", "license": licence, "source": source });
    let is_wrong = |package: Value| wrong(&package, &allowed, &registries).is_some();
    assert!(!is_wrong(package("MIT/Apache-2.0", "registry+here")));
    assert!(is_wrong(package("AGPL-3.0-only", "registry+here")));
    assert!(is_wrong(package("MIT AND GPL-2.0-only", "registry+here")));
    assert!(is_wrong(package("MIT", "git+there")));
}
