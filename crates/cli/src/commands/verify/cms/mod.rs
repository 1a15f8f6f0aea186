//! `verify cms`: who signed a message, one signer after the other.

pub(super) mod message;
mod report;

use std::path::Path;

use mynumber::crypto::certificate::{Certificate, Purpose};
use mynumber::crypto::cms::{SignedData, SignerReport};

use self::report::{MessageReport, SignerShown};
use super::revocation::{self, Asked};
use super::trust::{self, Material, Trust};
use super::verdict::{Check, Verdict};
use super::words;
use crate::args::CmsCheck;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::{self, Destination};
use crate::inputs;
use crate::language::say;
use crate::run::Run;

pub(super) fn run(run: &Run, arguments: &CmsCheck) -> Result<(), Failure> {
    let destination = arguments.extract.as_deref().map(|path| Destination::new(Some(path), arguments.force));
    if let Some(destination) = &destination {
        destination.check()?;
    }
    let material = Material::read(run, &arguments.trust)?;
    let mut asked = Asked::read(&arguments.revocation)?;
    let trust = Trust::of(&material)?;
    let mut extracted = arguments.extract.as_deref().map(files::aside).transpose()?;
    let read = || message::read(&arguments.file, arguments.content.as_deref(), extracted.as_mut());
    let message = run.interrupt.prompting(read)?;
    if arguments.extract.is_some() && arguments.content.is_some() {
        return Err(inputs::unusable(
            &arguments.file,
            &say!("it holds no content to extract", "取り出す内容を含んでいません"),
        ));
    }
    if let Some(asked) = &mut asked {
        asked.add_lists(message.data.crls().map(<[u8]>::to_vec).collect());
    }
    let question =
        Question { trust: &trust, purpose: trust::purpose(arguments.purpose), asked: asked.as_ref() };
    let (mut report, failure) = question.about(&arguments.file, &message)?;
    match failure {
        Some(failure) => Err(run.format.print_before(&report, failure)),
        None => {
            if let (Some(file), Some(destination)) = (extracted, &destination) {
                destination.keep(file)?;
                report.extracted = arguments.extract.as_ref().map(|path| path.display().to_string());
            }
            run.print(&report)
        }
    }
}

/// What is asked of a message.
pub(super) struct Question<'q, 'a> {
    pub(super) trust: &'a Trust<'q>,
    pub(super) purpose: Option<Purpose>,
    pub(super) asked: Option<&'q Asked>,
}

impl<'a> Question<'a, 'a> {
    /// The report on every signer, and the failure when not all of them hold.
    pub(super) fn about(
        &self,
        path: &Path,
        message: &'a message::Message,
    ) -> Result<(MessageReport, Option<Failure>), Failure> {
        let data: &'a SignedData = &message.data;
        let hints: Vec<Certificate<'a>> = self.trust.hints().to_vec();
        let validator = self.trust.validator(self.purpose);
        let found = data
            .verify(&validator, &hints, self.trust.at())
            .map_err(|error| message::refused(path, &error))?;
        let mut signers = Vec::new();
        let mut worst: Option<Failure> = None;
        for (index, report) in found.signers().iter().enumerate() {
            let (shown, failure) = self.signer(report);
            signers.push(shown);
            if let Some(failure) = failure {
                let failure = numbered(failure, index, found.signers().len());
                if worst.as_ref().is_none_or(|worst| weight(worst.exit()) < weight(failure.exit())) {
                    worst = Some(failure);
                }
            }
        }
        let report = MessageReport::of(message, signers, worst.as_ref());
        Ok((report, worst))
    }

    fn signer(&self, report: &SignerReport<'a>) -> (SignerShown, Option<Failure>) {
        let at = self.trust.at();
        match &report.result {
            Err(error) => {
                let failure = match error {
                    mynumber::crypto::cms::SignerError::Path(error) => trust::failure(error),
                    other => {
                        let why = words::of_signer(other);
                        Failure::new(Exit::NotTrusted, say!("not trusted: {why}", "信頼できません: {why}"))
                    }
                };
                let verdict = report
                    .certificate
                    .as_ref()
                    .map(|certificate| Verdict::without_path(certificate, self.purpose, at, failure.exit()));
                (SignerShown::refused(report, verdict, &failure), Some(failure))
            }
            Ok(signed) => {
                let trusted = signed.certificate();
                let checked = self.asked.map(|asked| asked.about(trusted, at));
                let failure = checked.as_deref().and_then(revocation::failure);
                let shown = checked.map(|checked| checked.iter().map(revocation::Shown::of).collect());
                let policies = self.trust.has_policies();
                let verdict = Verdict::with_path(trusted, policies, shown, failure.as_ref())
                    .of_signature(&[Check::Content, Check::Signature], &open(signed));
                (SignerShown::signed(report, signed, verdict, failure.as_ref()), failure)
            }
        }
    }
}

/// What a signature over content leaves open.
fn open(signed: &mynumber::crypto::cms::Signed<'_>) -> Vec<Check> {
    let mut open = Vec::new();
    open.extend(signed.signing_time_claim().is_some().then_some(Check::SigningTime));
    open.extend((signed.unchecked_time_stamps() > 0).then_some(Check::TimeStamps));
    open.extend((signed.unchecked_counter_signatures() > 0).then_some(Check::CounterSignatures));
    open
}

/// Which of two failures the process ends with.
pub(super) const fn worse(one: Exit, other: Exit) -> Exit {
    if weight(one) < weight(other) { other } else { one }
}

const fn weight(exit: Exit) -> u8 {
    match exit {
        Exit::RevocationUnknown => 0,
        Exit::NotInForce => 1,
        Exit::Revoked => 2,
        Exit::NotTrusted => 3,
        _ => 4,
    }
}

/// Of several signers it is said which one.
fn numbered(failure: Failure, index: usize, count: usize) -> Failure {
    if count < 2 {
        return failure;
    }
    let (number, message) = (index + 1, failure.message());
    let told = say!("signer {number} of {count}: {message}", "署名者{number}（{count}人中）: {message}");
    let advice = failure.advice().map(str::to_owned);
    let failure = Failure::new(failure.exit(), told);
    match advice {
        Some(advice) => failure.advise(advice),
        None => failure,
    }
}
