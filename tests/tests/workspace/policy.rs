//! The policy for dependencies: its file, and its judgement on one package.

use cargo_metadata::semver::{Version, VersionReq};
use serde::Deserialize;
use spdx::{Expression, ParseMode};

/// `tests/policy/dependencies.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Policy {
    licences: Vec<String>,
    #[serde(default)]
    licence_exception: Vec<LicenceException>,
    #[serde(default)]
    deny: Vec<Deny>,
    #[serde(default)]
    duplicate: Vec<Duplicate>,
}

/// One package whose licence is accepted for itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LicenceException {
    name: String,
    /// What the manifest states; left out for a package that only points to a file.
    licence: Option<String>,
    reason: String,
}

/// A package that may not be built, in the versions given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Deny {
    name: String,
    #[serde(default)]
    versions: VersionReq,
    #[serde(default)]
    tools_may: bool,
    reason: String,
}

/// A package of which two versions are accepted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Duplicate {
    name: String,
    reason: String,
}

impl Policy {
    pub(crate) fn of_the_repository() -> Self {
        let path = crate::sources::root().join("tests/policy/dependencies.toml");
        Self::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let policy: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let denied = policy.deny.iter().map(|deny| &deny.reason);
        let excepted = policy.licence_exception.iter().map(|exception| &exception.reason);
        let doubled = policy.duplicate.iter().map(|duplicate| &duplicate.reason);
        if denied.chain(excepted).chain(doubled).any(|reason| reason.trim().is_empty()) {
            return Err("every entry needs a reason".to_owned());
        }
        Ok(policy)
    }

    /// What is wrong with the licence of a package; `None` when one that it offers is allowed.
    pub(crate) fn licence_problem(&self, name: &str, licence: Option<&str>) -> Option<String> {
        let excepted =
            |exception: &LicenceException| exception.name == name && exception.licence.as_deref() == licence;
        if self.licence_exception.iter().any(excepted) {
            return None;
        }
        let Some(licence) = licence else {
            return Some("states no licence".to_owned());
        };
        // Lax, because old packages write `MIT/Apache-2.0`.
        match Expression::parse_mode(licence, ParseMode::LAX) {
            Ok(expression) => {
                let allowed = expression.evaluate(|offer| self.licences.contains(&offer.to_string()));
                (!allowed).then(|| format!("offers no allowed licence: {licence}"))
            }
            Err(_) => Some(format!("states a licence that is not an SPDX expression: {licence}")),
        }
    }

    /// Why the package may not be built; `None` when it may.
    pub(crate) fn denial(&self, name: &str, version: &Version, in_product: bool) -> Option<&str> {
        let applies = |deny: &&Deny| {
            deny.name == name && (in_product || !deny.tools_may) && deny.versions.matches(version)
        };
        self.deny.iter().find(applies).map(|deny| deny.reason.as_str())
    }

    /// The packages of which the product may hold two versions.
    pub(crate) fn accepted_duplicates(&self) -> Vec<String> {
        self.duplicate.iter().map(|duplicate| duplicate.name.clone()).collect()
    }
}

const EXAMPLE: &str = r#"
licences = ["MIT", "Apache-2.0 WITH LLVM-exception"]

[[licence-exception]]
name = "odd"
licence = "MPL-2.0"
reason = "only a test reads it"

[[licence-exception]]
name = "silent"
reason = "its files were read"

[[deny]]
name = "der"
versions = "<0.8"
tools-may = true
reason = "old"

[[deny]]
name = "openssl-sys"
reason = "C"
"#;

fn denial(name: &str, version: &str, in_product: bool) -> Option<String> {
    let policy = Policy::parse(EXAMPLE).unwrap();
    policy.denial(name, &version.parse().unwrap(), in_product).map(str::to_owned)
}

#[test]
fn an_older_generation_is_denied_to_the_product_and_left_to_the_tools() {
    assert_eq!(denial("der", "0.7.10", true), Some("old".to_owned()));
    assert_eq!(denial("der", "0.7.10", false), None);
    assert_eq!(denial("der", "0.8.0", true), None);
}

#[test]
fn a_denial_without_versions_holds_for_all_and_for_the_tools_too() {
    assert_eq!(denial("openssl-sys", "0.9.1", true), Some("C".to_owned()));
    assert_eq!(denial("openssl-sys", "0.9.1", false), Some("C".to_owned()));
    assert_eq!(denial("openssl", "0.9.1", true), None);
}

#[test]
fn one_allowed_licence_of_several_is_enough_and_all_of_a_conjunction_are_needed() {
    let policy = Policy::parse(EXAMPLE).unwrap();
    let is_fine = |licence| policy.licence_problem("any", Some(licence)).is_none();
    assert!(is_fine("MIT"));
    assert!(is_fine("GPL-3.0-only OR MIT"));
    assert!(is_fine("MIT/Apache-2.0"));
    assert!(is_fine("Apache-2.0 WITH LLVM-exception"));
    assert!(!is_fine("Apache-2.0"));
    assert!(!is_fine("MIT AND GPL-3.0-only"));
    assert!(!is_fine("as you like"));
}

#[test]
fn a_package_without_a_licence_is_a_problem() {
    assert!(Policy::parse(EXAMPLE).unwrap().licence_problem("any", None).is_some());
}

#[test]
fn an_exception_holds_for_its_package_and_its_licence_only() {
    let policy = Policy::parse(EXAMPLE).unwrap();
    assert_eq!(policy.licence_problem("odd", Some("MPL-2.0")), None);
    assert!(policy.licence_problem("odd", Some("GPL-3.0-only")).is_some());
    assert!(policy.licence_problem("other", Some("MPL-2.0")).is_some());
    assert_eq!(policy.licence_problem("silent", None), None);
    assert!(policy.licence_problem("silent", Some("MPL-2.0")).is_some());
    assert!(policy.licence_problem("odd", None).is_some());
}

#[test]
fn a_policy_with_unknown_words_or_without_reasons_is_refused() {
    assert!(Policy::parse("licences = []\n[[denny]]\nname = \"x\"\nreason = \"y\"").is_err());
    assert!(Policy::parse("licences = []\n[[deny]]\nname = \"x\"\nreason = \" \"").is_err());
    assert!(Policy::parse("licences = []\n[[deny]]\nname = \"x\"").is_err());
}
