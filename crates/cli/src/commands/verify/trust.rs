//! Whom a verification trusts, from the arguments.

use std::path::{Path, PathBuf};

use mynumber::crypto::anchor::{self as anchors_of, Anchor};
use mynumber::crypto::certificate::{Certificate, Purpose};
use mynumber::crypto::key::backend::{self, Backend};
use mynumber::crypto::path::{PolicyRule, Profile, Validator};
use mynumber::crypto::{Oid, UnixTime};

use super::words;
use crate::args::{PurposeName, TrustArguments, TrustName};
use crate::cards::{self, Store};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs;
use crate::language::say;
use crate::run::Run;

/// The test authority of the virtual cards, in reports.
pub(super) const SIMULATED: &str = "simulated authority of the virtual cards";

/// A file and the certificates in it.
type Certificates = (PathBuf, Vec<Vec<u8>>);

/// The bytes that anchors and hints borrow from.
pub(super) struct Material {
    trust: TrustName,
    simulated: Vec<Vec<u8>>,
    anchors: Vec<Certificates>,
    hints: Vec<Certificates>,
    policies: Vec<Vec<u8>>,
    accept_uncritical: bool,
    at: UnixTime,
}

impl Material {
    pub(super) fn read(run: &Run, arguments: &TrustArguments) -> Result<Self, Failure> {
        let simulated = match (arguments.anchor.is_empty(), arguments.trust) {
            (true, TrustName::Simulated) => {
                let authority = Store::of(run)?.existing_authority()?;
                vec![authority.signature_ca().to_vec(), authority.user_authentication_ca().to_vec()]
            }
            _ => Vec::new(),
        };
        Ok(Self {
            trust: arguments.trust,
            simulated,
            anchors: files(&arguments.anchor)?,
            hints: files(&arguments.hint)?,
            policies: arguments.policy.iter().map(|policy| policy.0.clone()).collect(),
            accept_uncritical: arguments.accept_uncritical,
            at: arguments.at.unwrap_or_else(cards::now),
        })
    }
}

fn files(paths: &[PathBuf]) -> Result<Vec<Certificates>, Failure> {
    paths.iter().map(|path| Ok((path.clone(), inputs::certificates(path)?))).collect()
}

/// Anchors, hints, policies and time of one verification.
pub(super) struct Trust<'a> {
    anchors: Vec<Anchor<'a>>,
    hints: Vec<Certificate<'a>>,
    policies: Vec<Oid<'a>>,
    accept_uncritical: bool,
    at: UnixTime,
    /// The keys of the anchors made ready, where there is more than one thing to check.
    prepared: Option<Box<dyn Backend + Send>>,
}

impl<'a> Trust<'a> {
    pub(super) fn of(material: &'a Material) -> Result<Self, Failure> {
        let mut anchors: Vec<Anchor<'a>> = match (material.anchors.is_empty(), material.trust) {
            (false, _) => Vec::new(),
            (true, TrustName::Production) => anchors_of::production().to_vec(),
            (true, TrustName::JlisTest) => anchors_of::jlis_test().to_vec(),
            (true, TrustName::Simulated) => Vec::new(),
        };
        let place = Path::new("authority");
        for der in &material.simulated {
            anchors.push(anchor(place, der)?.labelled(SIMULATED));
        }
        for (path, list) in &material.anchors {
            for der in list {
                anchors.push(anchor(path, der)?);
            }
        }
        let mut hints = Vec::new();
        for (path, list) in &material.hints {
            for der in list {
                hints.push(parse(path, der)?);
            }
        }
        let policies = material.policies.iter().filter_map(|bytes| Oid::from_bytes(bytes)).collect();
        let Material { accept_uncritical, at, .. } = *material;
        Ok(Self { anchors, hints, policies, accept_uncritical, at, prepared: None })
    }

    /// The same for many checks: what the keys of the anchors need is done once.
    pub(super) fn for_many(mut self) -> Self {
        let keys: Vec<_> = self.anchors.iter().map(Anchor::key).collect();
        self.prepared = Some(backend::prepared(&keys));
        self
    }

    /// The time of the question.
    pub(super) const fn at(&self) -> UnixTime {
        self.at
    }

    /// Whether policies were asked for.
    pub(super) const fn has_policies(&self) -> bool {
        !self.policies.is_empty()
    }

    pub(super) fn hints(&self) -> &[Certificate<'a>] {
        &self.hints
    }

    /// Who checks paths for this purpose; without one by the general rules.
    pub(super) fn validator(&'a self, purpose: Option<Purpose>) -> Validator<'a> {
        let mut profile = purpose.map_or_else(Profile::general, Profile::jpki);
        if !self.policies.is_empty() {
            profile.policies = PolicyRule::OneOf(&self.policies);
        }
        profile.critical_restrictions &= !self.accept_uncritical;
        let validator = Validator::new(&self.anchors, profile);
        match &self.prepared {
            Some(prepared) => validator.with_backend(&**prepared),
            None => validator,
        }
    }
}

/// The purpose that was asked for; `None` for any.
pub(super) const fn purpose(name: PurposeName) -> Option<Purpose> {
    match name {
        PurposeName::Signature => Some(Purpose::Signature),
        PurposeName::Auth => Some(Purpose::UserAuthentication),
        PurposeName::Any => None,
    }
}

/// A certificate that the caller trusts.
fn anchor<'a>(path: &Path, der: &'a [u8]) -> Result<Anchor<'a>, Failure> {
    let certificate = parse(path, der)?;
    Anchor::from_certificate(&certificate)
        .map_err(|error| inputs::unusable(path, &words::of_path(error.kind())))
}

fn parse<'a>(path: &Path, der: &'a [u8]) -> Result<Certificate<'a>, Failure> {
    Certificate::parse(der).map_err(|error| inputs::unusable(path, &error.to_string()))
}

/// A path that does not hold, as the failure of a run.
pub(super) fn failure(error: &mynumber::crypto::path::Error) -> Failure {
    let (why, place) = (words::of_path(error.kind()), words::of_position(error.position()));
    let failure =
        Failure::new(exit(error), say!("not trusted: {place}: {why}", "信頼できません: {place}: {why}"));
    match words::advice(error) {
        Some(advice) => failure.advise(advice),
        None => failure,
    }
}

/// The exit code of a path that does not hold.
pub(super) const fn exit(error: &mynumber::crypto::path::Error) -> Exit {
    match error.kind().class() {
        mynumber::crypto::path::Class::Time => Exit::NotInForce,
        _ => Exit::NotTrusted,
    }
}
