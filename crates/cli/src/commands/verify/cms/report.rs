//! What is said of a message.

use std::fmt::Write;

use mynumber::crypto::cms::{Signed, SignerIdentifier, SignerReport};
use mynumber::crypto::digest::Hash;
use serde::Serialize;

use super::message::Message;
use crate::commands::verify::verdict::{Verdict, hexadecimal};
use crate::failure::Failure;
use crate::language::Language;
use crate::output::Product;

/// The report on a message.
#[derive(Serialize)]
pub(in crate::commands::verify) struct MessageReport {
    /// `holds` when every signer's does, else the kind of the failure.
    verdict: &'static str,
    /// `der`, `pem`, `pkcs7_mime`, `multipart_signed`.
    form: &'static str,
    /// Whether the content is inside the message.
    attached: bool,
    content_type: String,
    signers: Vec<SignerShown>,
    /// Where the content was written to: only when every signer's signature holds.
    pub(super) extracted: Option<String>,
}

/// The report on one signer.
#[derive(Serialize)]
pub(in crate::commands::verify) struct SignerShown {
    /// How the message names the signer.
    identifier: Identifier,
    /// What was found out about the certificate; absent when the message does not say which it is.
    certificate: Option<Verdict>,
    /// What was signed; absent when the signature does not hold.
    signed: Option<SignedShown>,
    /// Why it does not hold, for people.
    why: Option<String>,
}

#[derive(Serialize)]
struct Identifier {
    issuer: Option<String>,
    serial: Option<String>,
    key_id: Option<String>,
}

impl Identifier {
    fn of(report: &SignerReport<'_>) -> Self {
        match report.signer.identifier() {
            Ok(SignerIdentifier::IssuerAndSerial { issuer, serial }) => {
                Self { issuer: Some(issuer.to_string()), serial: Some(hexadecimal(serial)), key_id: None }
            }
            Ok(SignerIdentifier::KeyIdentifier(key)) => {
                Self { issuer: None, serial: None, key_id: Some(hexadecimal(key)) }
            }
            _ => Self { issuer: None, serial: None, key_id: None },
        }
    }
}

#[derive(Serialize)]
struct SignedShown {
    hash: &'static str,
    /// Hexadecimal.
    content_digest: String,
    content_length: u64,
    /// The signer's claim.
    signing_time_claim: Option<String>,
    /// Whether the claim lies outside the validity period of the certificate.
    claim_outside_validity: bool,
    /// Whether the signature names its certificate by a digest.
    bound_to_certificate: bool,
    unknown_attributes: Vec<String>,
    unchecked_time_stamps: usize,
    unchecked_counter_signatures: usize,
}

impl SignedShown {
    fn of(signed: &Signed<'_>) -> Self {
        Self {
            hash: match signed.hash() {
                Hash::Sha256 => "sha256",
                Hash::Sha384 => "sha384",
                _ => "sha512",
            },
            content_digest: hexadecimal(signed.content_digest()),
            content_length: signed.content_length(),
            signing_time_claim: signed.signing_time_claim().map(|time| time.to_string()),
            claim_outside_validity: signed.signing_time_is_outside_validity(),
            bound_to_certificate: signed.is_bound_to_certificate(),
            unknown_attributes: signed.unknown_attributes().iter().map(ToString::to_string).collect(),
            unchecked_time_stamps: signed.unchecked_time_stamps(),
            unchecked_counter_signatures: signed.unchecked_counter_signatures(),
        }
    }

    fn write(&self, out: &mut String, language: Language) {
        let mut line = |en: &str, ja: &str, value: &str| {
            let _ = writeln!(out, "{}: {value}", language.pick(en, ja));
        };
        line("Bytes signed", "署名されたバイト数", &self.content_length.to_string());
        line("Digest of the content", "内容のハッシュ値", &format!("{} {}", self.hash, self.content_digest));
        if let Some(time) = &self.signing_time_claim {
            line("Signing time, says the signer", "署名時刻（署名者の申告）", time);
        }
        if self.claim_outside_validity {
            line(
                "Warning",
                "警告",
                language.pick(
                    "that time lies outside the certificate's validity period",
                    "この時刻は証明書の有効期間外です",
                ),
            );
        }
        if !self.bound_to_certificate {
            line(
                "Note",
                "注意",
                language.pick(
                    "the signature does not name its certificate by a digest",
                    "署名は証明書をハッシュ値で示していません",
                ),
            );
        }
    }
}

impl SignerShown {
    pub(super) fn refused(
        report: &SignerReport<'_>,
        certificate: Option<Verdict>,
        failure: &Failure,
    ) -> Self {
        let why = Some(failure.message().to_owned());
        Self { identifier: Identifier::of(report), certificate, signed: None, why }
    }

    pub(super) fn signed(
        report: &SignerReport<'_>,
        signed: &Signed<'_>,
        certificate: Verdict,
        failure: Option<&Failure>,
    ) -> Self {
        Self {
            identifier: Identifier::of(report),
            certificate: Some(certificate),
            signed: Some(SignedShown::of(signed)),
            why: failure.map(|failure| failure.message().to_owned()),
        }
    }

    fn text(&self, language: Language) -> String {
        let mut out = String::new();
        match &self.certificate {
            Some(verdict) => out.push_str(&verdict.text(language)),
            None => {
                let _ = writeln!(out, "{}", language.pick("NOT TRUSTED.", "信頼できません。"));
                let Identifier { issuer, serial, key_id } = &self.identifier;
                for (label, value) in [
                    (language.pick("Issuer named", "示された発行者"), issuer),
                    (language.pick("Serial number named", "示されたシリアル番号"), serial),
                    (language.pick("Key named", "示された鍵"), key_id),
                ] {
                    if let Some(value) = value {
                        let _ = writeln!(out, "{label}: {value}");
                    }
                }
            }
        }
        if let Some(signed) = &self.signed {
            signed.write(&mut out, language);
        }
        if let Some(why) = &self.why {
            let _ = writeln!(out, "{}: {why}", language.pick("Because", "理由"));
        }
        out
    }
}

impl MessageReport {
    /// The number of signers.
    pub(in crate::commands::verify) const fn count(&self) -> usize {
        self.signers.len()
    }

    pub(super) fn of(message: &Message, signers: Vec<SignerShown>, failure: Option<&Failure>) -> Self {
        Self {
            verdict: failure.map_or("holds", |failure| failure.exit().kind()),
            form: message.form,
            attached: !message.data.is_detached(),
            content_type: message.data.content_type().to_string(),
            signers,
            extracted: None,
        }
    }
}

impl Product for MessageReport {
    fn text(&self, language: Language) -> String {
        let count = self.signers.len();
        let place = match (self.attached, self.form) {
            (true, _) => language.pick("content inside", "内容はメッセージの中"),
            (false, "multipart_signed") => language.pick("content beside it", "内容は同じメールの中"),
            (false, _) => language.pick("content in a file of its own", "内容は別ファイル"),
        };
        let mut out = match language {
            Language::En => format!("CMS message ({}), {place}; signers: {count}\n", self.form),
            Language::Ja => format!("CMSメッセージ（{}）、{place}。署名者: {count}\n", self.form),
        };
        for (index, signer) in self.signers.iter().enumerate() {
            let _ = writeln!(out, "\n{} {}:", language.pick("Signer", "署名者"), index + 1);
            for line in signer.text(language).lines() {
                let _ = writeln!(out, "  {line}");
            }
        }
        if let Some(path) = &self.extracted {
            let _ = writeln!(out, "\n{}: {path}", language.pick("Content written to", "内容の出力先"));
        }
        out
    }
}
