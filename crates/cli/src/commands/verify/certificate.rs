//! `verify certificate`: who issued it, for what, since when, and whether it was revoked.

use mynumber::crypto::certificate::{Certificate, Purpose};

use super::revocation::{self, Asked};
use super::trust::{self, Material, Trust};
use super::verdict::Verdict;
use crate::args::CertificateCheck;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs;
use crate::language::say;
use crate::run::Run;

pub(super) fn run(run: &Run, arguments: &CertificateCheck) -> Result<(), Failure> {
    let files = inputs::certificates(&arguments.file)?;
    let material = Material::read(run, &arguments.trust)?;
    let asked = Asked::read(&arguments.revocation)?;
    let mut certificates = Vec::new();
    for der in &files {
        let parsed = Certificate::parse(der);
        certificates.push(parsed.map_err(|error| inputs::unusable(&arguments.file, &error.to_string()))?);
    }
    let Some((leaf, hints)) = certificates.split_first() else {
        return Err(inputs::unusable(
            &arguments.file,
            &say!("it holds no certificate", "証明書がありません"),
        ));
    };
    let trust = Trust::of(&material)?;
    let hints = [hints, trust.hints()].concat();
    let purpose = match arguments.purpose {
        Some(name) => trust::purpose(name),
        None => Some(claimed(leaf)?),
    };
    let (verdict, failure) = check(leaf, &hints, &trust, purpose, asked.as_ref());
    match failure {
        None => run.print(&verdict),
        Some(failure) => Err(run.format.print_before(&verdict, failure)),
    }
}

/// The verdict on a certificate, and the failure where something does not hold.
fn check(
    leaf: &Certificate<'_>,
    hints: &[Certificate<'_>],
    trust: &Trust<'_>,
    purpose: Option<Purpose>,
    asked: Option<&Asked>,
) -> (Verdict, Option<Failure>) {
    let at = trust.at();
    match trust.validator(purpose).validate(leaf, hints, at) {
        Err(error) => {
            let failure = trust::failure(&error);
            (Verdict::without_path(leaf, purpose, at, failure.exit()), Some(failure))
        }
        Ok(trusted) => {
            let checked = asked.map(|asked| asked.about(&trusted, at));
            let failure = checked.as_deref().and_then(revocation::failure);
            let shown = checked.map(|checked| checked.iter().map(revocation::Shown::of).collect());
            let verdict = Verdict::with_path(&trusted, trust.has_policies(), shown, failure.as_ref());
            (verdict, failure)
        }
    }
}

/// The purpose that the certificate claims: the verdict names it.
fn claimed(leaf: &Certificate<'_>) -> Result<Purpose, Failure> {
    match leaf.policy() {
        Ok(Some(policy)) => Ok(policy.purpose),
        _ => Err(Failure::new(
            Exit::NotTrusted,
            say!(
                "not trusted: the certificate claims neither purpose of a My Number Card's certificates",
                "信頼できません: マイナンバーカードの電子証明書のいずれの用途も称していません"
            ),
        )
        .advise(say!(
            "certificates of others are checked with --purpose any and --anchor",
            "他の証明書は --purpose any と --anchor で確認します"
        ))),
    }
}
