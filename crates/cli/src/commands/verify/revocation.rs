//! Whether certificates were revoked, from the files that the arguments name.

use std::sync::{Arc, PoisonError, RwLock};

use mynumber::crypto::UnixTime;
use mynumber::crypto::path::TrustedCertificate;
use mynumber::crypto::revocation::{
    Checked, CrlIndex, EvidenceKind, Freshness, Offer, Query, Source, SourceError, Status, check,
};
use mynumber::crypto::signer;
use mynumber::revocation::Directory;
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
/// Up to this many lists, all are offered: the report then says of each why it was not used.
const FEW: usize = 16;

/// Where answers come from. Nothing of them is believed before it is checked.
#[derive(Debug, Default)]
pub(super) struct Sources {
    lists: Vec<List>,
    folders: Vec<Directory>,
    answers: Vec<Vec<u8>>,
}

#[derive(Debug)]
enum List {
    /// The signature is checked once for each issuer asked about, not for each certificate.
    Indexed(Box<RwLock<CrlIndex<Arc<[u8]>>>>),
    /// Not readable, perhaps of a kind that makes the state unknown.
    Other(Arc<[u8]>),
}

/// How revocation is asked about.
pub(super) struct Asked {
    sources: Sources,
    freshness: Freshness,
}

impl Asked {
    /// Reads what the arguments name; `None` when the question is to be left open.
    pub(super) fn read(arguments: &RevocationArguments) -> Result<Option<Self>, Failure> {
        if arguments.no_revocation {
            return Ok(None);
        }
        let mut sources = Sources::default();
        for path in &arguments.crl {
            if path.is_dir() {
                let folder =
                    Directory::open(path).map_err(|error| inputs::unusable(path, &error.to_string()))?;
                sources.folders.push(folder);
            } else {
                let found = inputs::objects(inputs::read(path, LIST)?, "X509 CRL");
                let found = found.map_err(|reason| inputs::unusable(path, &reason))?;
                sources.lists.extend(found.into_iter().map(List::of));
            }
        }
        for path in &arguments.ocsp {
            sources.answers.push(inputs::read(path, ANSWER)?);
        }
        let freshness = arguments.max_age.map_or_else(Freshness::default, Freshness::within);
        Ok(Some(Self { sources, freshness }))
    }

    /// What a verifier of many signatures asks.
    pub(super) const fn required(&self) -> signer::Revocation<'_> {
        signer::Revocation::Required { source: &self.sources, freshness: self.freshness }
    }

    /// Lists that came with a message: believed no more than any other.
    pub(super) fn add_lists(&mut self, lists: Vec<Vec<u8>>) {
        self.sources.lists.extend(lists.into_iter().map(List::of));
    }

    /// Asks about a certificate and every authority of its path below the anchor; the certificate first.
    pub(super) fn about(&self, trusted: &TrustedCertificate<'_>, at: UnixTime) -> Vec<Checked> {
        check(trusted, &self.sources, self.freshness, at).certificates
    }
}

impl List {
    fn of(bytes: Vec<u8>) -> Self {
        let bytes: Arc<[u8]> = bytes.into();
        match CrlIndex::build(Arc::clone(&bytes)) {
            Ok(index) => Self::Indexed(Box::new(RwLock::new(index))),
            Err(_) => Self::Other(bytes),
        }
    }

    /// Offers the list, if it can be about the certificate or all are wanted.
    fn offer(&self, query: &Query<'_>, all: bool, take: &mut dyn FnMut(Offer<'_>)) {
        let index = match self {
            Self::Indexed(index) => index,
            Self::Other(bytes) => return take(Offer::Crl(bytes)),
        };
        let read = || index.read().unwrap_or_else(PoisonError::into_inner);
        let covers = read().crl().is_ok_and(|crl| crl.check_covers(query.certificate()).is_ok());
        if !covers && !all {
            return;
        }
        if covers && !read().is_settled(query.issuer()) {
            // What came out is remembered with the index, and told when it is looked at.
            let _ = index.write().unwrap_or_else(PoisonError::into_inner).prove(query.issuer());
        }
        take(Offer::Index(read().by_ref()));
    }
}

impl Source for Sources {
    fn offer(&self, query: &Query<'_>, take: &mut dyn FnMut(Offer<'_>)) -> Result<(), SourceError> {
        let all = self.lists.len() <= FEW;
        for list in &self.lists {
            list.offer(query, all, take);
        }
        for folder in &self.folders {
            folder.offer(query, take)?;
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
