//! Whether certificates were revoked, from the files that the arguments name.

use std::path::{Path, PathBuf};

use mynumber::crypto::UnixTime;
use mynumber::crypto::certificate::Certificate;
use mynumber::crypto::path::TrustedCertificate;
use mynumber::crypto::revocation::{
    Checked, CrlIndex, EvidenceKind, Freshness, Offer, Query, Source, SourceError, Status, check,
};
use serde::Serialize;

use super::words;
use crate::args::RevocationArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs;
use crate::language::{Language, say};

/// The most bytes of one revocation list in DER; one of a million entries has 27 MB.
const LIST: u64 = 512 << 20;
/// The most bytes of an OCSP response; one with its responder's certificate has 2 KB.
const ANSWER: u64 = 1 << 20;
/// The most files of one folder.
const FILES: usize = 20_000;
/// Up to this many lists, all are offered: the report then says of each why it was not used.
const FEW: usize = 16;

/// Lists that were read. Nothing of them is believed before it is checked.
pub(super) struct Lists {
    lists: Vec<List>,
    answers: Vec<Vec<u8>>,
}

enum List {
    Indexed(CrlIndex<Vec<u8>>),
    /// Not readable, perhaps of a kind that makes the state unknown.
    Other(Vec<u8>),
}

/// How revocation is asked about.
pub(super) struct Asked {
    lists: Lists,
    freshness: Freshness,
}

impl Asked {
    /// Reads what the arguments name; `None` when the question is to be left open.
    pub(super) fn read(arguments: &RevocationArguments) -> Result<Option<Self>, Failure> {
        if arguments.no_revocation {
            return Ok(None);
        }
        let mut lists = Vec::new();
        for path in &arguments.crl {
            for file in files(path)? {
                let found = inputs::read(&file, LIST).and_then(|bytes| {
                    inputs::objects(bytes, "X509 CRL").map_err(|why| inputs::unusable(&file, &why))
                });
                match found {
                    Ok(found) => lists.extend(found.into_iter().map(List::of)),
                    // A folder may hold other things.
                    Err(_) if path.is_dir() => {}
                    Err(failure) => return Err(failure),
                }
            }
        }
        let answer = |path: &PathBuf| inputs::read(path, ANSWER);
        let answers = arguments.ocsp.iter().map(answer).collect::<Result<_, _>>()?;
        let freshness = arguments.max_age.map_or_else(Freshness::default, Freshness::within);
        Ok(Some(Self { lists: Lists { lists, answers }, freshness }))
    }

    /// Lists that came with a message: believed no more than any other.
    pub(super) fn add_lists(&mut self, lists: Vec<Vec<u8>>) {
        self.lists.lists.extend(lists.into_iter().map(List::of));
    }

    /// Asks about a certificate and every authority of its path below the anchor; the certificate first.
    pub(super) fn about(&self, trusted: &TrustedCertificate<'_>, at: UnixTime) -> Vec<Checked> {
        check(trusted, &self.lists, self.freshness, at).certificates
    }
}

/// A file, or the files of a folder in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path).map_err(|error| inputs::unusable(path, &error.to_string()))?;
    let mut found: Vec<PathBuf> =
        entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    found.sort();
    if found.len() > FILES {
        return Err(inputs::unusable(
            path,
            &say!("more than {FILES} files", "ファイルが{FILES}個を超えています"),
        ));
    }
    Ok(found)
}

impl List {
    fn of(bytes: Vec<u8>) -> Self {
        match CrlIndex::build(bytes.as_slice()).map(drop) {
            Ok(()) => CrlIndex::build(bytes).map_or_else(|_| Self::Other(Vec::new()), Self::Indexed),
            Err(_) => Self::Other(bytes),
        }
    }

    /// Whether it can be about this certificate.
    fn is_about(&self, certificate: &Certificate<'_>) -> bool {
        match self {
            Self::Indexed(index) => index.crl().is_ok_and(|crl| crl.check_covers(certificate).is_ok()),
            Self::Other(_) => true,
        }
    }
}

impl Source for Lists {
    fn offer(&self, query: &Query<'_>, take: &mut dyn FnMut(Offer<'_>)) -> Result<(), SourceError> {
        let all = self.lists.len() <= FEW;
        for list in self.lists.iter().filter(|list| all || list.is_about(query.certificate())) {
            match list {
                List::Indexed(index) => take(Offer::Index(index.by_ref())),
                List::Other(bytes) => take(Offer::Crl(bytes)),
            }
        }
        for response in &self.answers {
            take(Offer::Ocsp { response, nonce: None });
        }
        Ok(())
    }
}

/// The state of one certificate of the path, for the reader.
#[derive(Serialize)]
pub(super) struct Shown {
    /// `good`, `revoked` or `unknown`.
    state: &'static str,
    /// `crl` or `ocsp`: what says so.
    source: Option<&'static str>,
    this_update: Option<String>,
    next_update: Option<String>,
    reason: Option<String>,
    revoked_at: Option<String>,
    invalid_since: Option<String>,
    /// What the reason means for a certificate of JPKI, for people.
    meaning: Option<String>,
    /// Why the state is unknown, for people.
    why: Option<String>,
    /// Why answers that were there could not be used, for people.
    refused: Vec<String>,
}

impl Shown {
    pub(super) fn of(checked: &Checked) -> Self {
        let evidence = checked.evidence.as_ref();
        let (state, revocation, why) = match &checked.status {
            Status::Good => ("good", None, None),
            Status::Revoked(revocation) => ("revoked", Some(revocation), None),
            Status::Unknown(why) => ("unknown", None, Some(words::of_revocation(*why))),
        };
        Self {
            state,
            source: evidence.map(|evidence| match evidence.kind {
                EvidenceKind::Crl { .. } => "crl",
                _ => "ocsp",
            }),
            this_update: evidence.map(|evidence| evidence.this_update.to_string()),
            next_update: evidence.map(|evidence| evidence.next_update.to_string()),
            reason: revocation.map(|revocation| revocation.reason.to_string()),
            revoked_at: revocation.map(|revocation| revocation.when.to_string()),
            invalid_since: revocation
                .and_then(|revocation| revocation.invalid_since)
                .map(|time| time.to_string()),
            meaning: revocation
                .and_then(|revocation| revocation.reason.jpki_meaning())
                .map(words::of_meaning),
            why,
            refused: checked.refused.iter().map(|why| words::of_revocation(*why)).collect(),
        }
    }

    /// One line about the state.
    pub(super) fn line(&self) -> String {
        let empty = String::new;
        let source = self.source.unwrap_or_default().to_uppercase();
        let this = self.this_update.clone().unwrap_or_default();
        let next = self.next_update.clone().unwrap_or_default();
        match self.state {
            "good" => say!(
                "not revoked, says the {source} of {this} (next by {next})",
                "失効していない（{source}、{this} 作成、次回 {next} まで）"
            ),
            "revoked" => {
                let (when, reason) =
                    (self.revoked_at.clone().unwrap_or_default(), self.reason.clone().unwrap_or_default());
                let meaning =
                    self.meaning.as_ref().map_or_else(empty, |meaning| say!("; {meaning}", "。{meaning}"));
                say!(
                    "REVOKED at {when}, {reason}{meaning} ({source} of {this})",
                    "失効している（{when}、{reason}{meaning}。{source} {this} 作成）"
                )
            }
            _ => {
                let why = self.why.clone().unwrap_or_default();
                say!("unknown: {why}", "不明: {why}")
            }
        }
    }

    pub(super) fn refused(&self) -> &[String] {
        &self.refused
    }
}

/// What the states of all certificates of a path come to; nothing when all are good.
pub(super) fn failure(checked: &[Checked]) -> Option<Failure> {
    let which = |index: usize| match (index, Language::current()) {
        (0, Language::En) => "the certificate".to_owned(),
        (0, Language::Ja) => "証明書".to_owned(),
        (index, Language::En) => format!("authority {index} of the path"),
        (index, Language::Ja) => format!("経路の認証局{index}"),
    };
    for (index, one) in checked.iter().enumerate() {
        if let Status::Revoked(revocation) = &one.status {
            let (which, reason, when) = (which(index), revocation.reason, revocation.when);
            return Some(Failure::new(
                Exit::Revoked,
                say!(
                    "{which} was revoked at {when} ({reason})",
                    "{which}は失効しています（{when}、{reason}）"
                ),
            ));
        }
    }
    let (index, why) = checked.iter().enumerate().find_map(|(index, one)| match &one.status {
        Status::Unknown(why) => Some((index, words::of_revocation(*why))),
        _ => None,
    })?;
    let which = which(index);
    let failure = Failure::new(
        Exit::RevocationUnknown,
        say!("whether {which} was revoked is unknown: {why}", "{which}が失効しているか不明です: {why}"),
    );
    Some(failure.advise(say!(
        "give the issuer's list with --crl or its answer with --ocsp, or leave the question open with --no-revocation",
        "失効リストを --crl、OCSPレスポンスを --ocsp で指定してください。確認しない場合は --no-revocation を付けます"
    )))
}
