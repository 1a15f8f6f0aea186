//! What a verification says: what was checked, with which anchor, at which time, and what was not.

use std::fmt::Write;

use mynumber::crypto::UnixTime;
use mynumber::crypto::anchor::{Anchor, Hierarchy};
use mynumber::crypto::certificate::{Certificate, Purpose};
use mynumber::crypto::path::TrustedCertificate;
use serde::{Serialize, Serializer};

use super::revocation;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::output::Product;

/// One thing that is checked, or is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// The signatures of the path, up to the anchor.
    Path,
    /// The validity periods of all certificates and of the anchor.
    ValidityPeriods,
    /// Key usage, extended key usage and policy.
    Purpose,
    /// Policies that were asked for.
    Policies,
    /// Revocation of the certificate and of the authorities between.
    Revocation,
    /// That the content is the one that was signed.
    Content,
    /// The signature over the content.
    Signature,
    /// Whether who shows the certificate has its key.
    Possession,
    /// Whether what the certificate says of the holder is still so.
    CurrentAttributes,
    /// Whether the signing time is true.
    SigningTime,
    /// Time-stamps beside the signature.
    TimeStamps,
    /// Counter-signatures beside the signature.
    CounterSignatures,
}

impl Check {
    const fn code(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::ValidityPeriods => "validity_periods",
            Self::Purpose => "purpose",
            Self::Policies => "policies",
            Self::Revocation => "revocation",
            Self::Content => "content",
            Self::Signature => "signature",
            Self::Possession => "possession",
            Self::CurrentAttributes => "current_attributes",
            Self::SigningTime => "signing_time",
            Self::TimeStamps => "time_stamps",
            Self::CounterSignatures => "counter_signatures",
        }
    }

    fn words(self) -> String {
        match self {
            Self::Path => {
                say!("the signature of each certificate up to the anchor", "信頼点までの各証明書の署名")
            }
            Self::ValidityPeriods => say!(
                "the validity periods of all certificates and of the anchor",
                "すべての証明書と信頼点の有効期間"
            ),
            Self::Purpose => say!("key usage, extended key usage and policy", "鍵用途・拡張鍵用途・ポリシー"),
            Self::Policies => say!("the policies asked for", "指定されたポリシー"),
            Self::Revocation => say!("revocation", "失効"),
            Self::Content => {
                say!("that the content is the one that was signed", "内容が署名されたものであること")
            }
            Self::Signature => say!("the signature itself", "署名そのもの"),
            Self::Possession => say!(
                "whether who shows the certificate holds its key",
                "証明書を示した人がその鍵を持っているか"
            ),
            Self::CurrentAttributes => say!(
                "whether name, address, birth date and sex are still those of the issue",
                "氏名・住所・生年月日・性別が発行時から変わっていないか"
            ),
            Self::SigningTime => {
                say!(
                    "whether the signing time is true: it is the signer's claim",
                    "署名時刻が事実か（署名者の申告）"
                )
            }
            Self::TimeStamps => say!("time-stamps beside the signature", "署名に付いたタイムスタンプ"),
            Self::CounterSignatures => say!("counter-signatures beside the signature", "署名に付いた副署名"),
        }
    }
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// Which certificate it is.
#[derive(Serialize)]
pub(super) struct Identity {
    subject: String,
    issuer: String,
    serial: String,
    not_before: String,
    not_after: String,
}

impl Identity {
    pub(super) fn of(certificate: &Certificate<'_>) -> Self {
        Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            serial: hexadecimal(certificate.serial()),
            not_before: certificate.validity().not_before.to_string(),
            not_after: certificate.validity().not_after.to_string(),
        }
    }
}

/// Whom the path leads to.
#[derive(Serialize)]
pub(super) struct AnchorShown {
    /// Empty for an anchor of the caller's.
    label: String,
    hierarchy: &'static str,
    subject: String,
    key_id: Option<String>,
}

impl AnchorShown {
    pub(super) fn of(anchor: &Anchor<'_>) -> Self {
        Self {
            label: anchor.label().to_owned(),
            hierarchy: match anchor.hierarchy() {
                Hierarchy::Production => "production",
                Hierarchy::JlisTest => "jlis_test",
                _ => "caller",
            },
            subject: anchor.subject().to_string(),
            key_id: anchor.key_id().map(hexadecimal),
        }
    }

    fn line(&self) -> String {
        let hierarchy = match self.hierarchy {
            "production" => say!("built in, JPKI", "内蔵・公的個人認証"),
            "jlis_test" => {
                say!(
                    "built in, J-LIS's TEST cards: identifies nobody",
                    "内蔵・J-LISのテストカード用。本人を示さない"
                )
            }
            _ => say!("given by the caller", "利用者の指定"),
        };
        let name = if self.label.is_empty() { &self.subject } else { &self.label };
        match &self.key_id {
            Some(key) => say!("{name} ({hierarchy}; key {key})", "{name}（{hierarchy}、鍵 {key}）"),
            None => say!("{name} ({hierarchy})", "{name}（{hierarchy}）"),
        }
    }
}

/// The verdict on one certificate.
#[derive(Serialize)]
pub(super) struct Verdict {
    /// `holds`, or the kind of the failure.
    verdict: &'static str,
    /// The time of the question.
    at: String,
    /// `signature`, `user_authentication` or `any`.
    purpose: &'static str,
    certificate: Identity,
    anchor: Option<AnchorShown>,
    /// The authorities between, the issuer first.
    chain: Vec<Identity>,
    /// The certificate first, then the authorities between; empty when nobody asked or the path does not hold.
    revocation: Vec<revocation::Shown>,
    checked: Vec<Check>,
    not_checked: Vec<Check>,
}

impl Verdict {
    /// Of a certificate whose path does not hold: nothing else was looked at.
    pub(super) fn without_path(
        certificate: &Certificate<'_>,
        purpose: Option<Purpose>,
        at: UnixTime,
        exit: Exit,
    ) -> Self {
        Self {
            verdict: exit.kind(),
            at: at.to_string(),
            purpose: name(purpose),
            certificate: Identity::of(certificate),
            anchor: None,
            chain: Vec::new(),
            revocation: Vec::new(),
            checked: Vec::new(),
            not_checked: vec![Check::Revocation, Check::Possession],
        }
    }

    /// Of a certificate whose path holds.
    pub(super) fn with_path(
        trusted: &TrustedCertificate<'_>,
        policies: bool,
        revocation: Option<Vec<revocation::Shown>>,
        failure: Option<&Failure>,
    ) -> Self {
        let mut checked = vec![Check::Path, Check::ValidityPeriods];
        checked.extend(trusted.purpose().is_some().then_some(Check::Purpose));
        checked.extend(policies.then_some(Check::Policies));
        let mut not_checked = Vec::new();
        let answered = revocation.is_some() && failure.is_none_or(|failure| failure.exit() == Exit::Revoked);
        let list = if answered { &mut checked } else { &mut not_checked };
        list.push(Check::Revocation);
        not_checked.push(Check::Possession);
        if trusted.purpose() == Some(Purpose::Signature) {
            not_checked.push(Check::CurrentAttributes);
        }
        Self {
            verdict: failure.map_or("holds", |failure| failure.exit().kind()),
            at: trusted.at().to_string(),
            purpose: name(trusted.purpose()),
            certificate: Identity::of(trusted.certificate()),
            anchor: Some(AnchorShown::of(trusted.anchor())),
            chain: trusted.chain().iter().map(Identity::of).collect(),
            revocation: revocation.unwrap_or_default(),
            checked,
            not_checked,
        }
    }

    /// The same for a signature over content: what it proves, and what it leaves open.
    pub(super) fn of_signature(mut self, checked: &[Check], not_checked: &[Check]) -> Self {
        self.checked.splice(0..0, checked.iter().copied());
        self.not_checked.retain(|check| *check != Check::Possession);
        self.not_checked.extend(not_checked);
        self
    }

    fn headline(&self) -> String {
        match self.verdict {
            "holds" if self.checked.contains(&Check::Revocation) => {
                say!("Everything that was asked for holds.", "確認を求められた事項はすべて満たされています。")
            }
            "holds" => say!(
                "Everything that was asked for holds; whether it was revoked was not asked.",
                "確認を求められた事項は満たされています。失効の有無は確認していません。"
            ),
            "revoked" => say!("REVOKED.", "失効しています。"),
            "revocation_unknown" => say!(
                "Whether it was revoked is unknown; the rest holds.",
                "失効の有無が不明です。その他は満たされています。"
            ),
            "not_in_force" => {
                say!("NOT IN FORCE at the time asked about.", "指定時刻に有効期間内ではありません。")
            }
            _ => say!("NOT TRUSTED.", "信頼できません。"),
        }
    }

    fn purpose_words(&self) -> String {
        match self.purpose {
            "signature" => say!("signing documents", "署名用"),
            "user_authentication" => say!("logging in", "利用者証明用"),
            _ => say!("any (general rules of RFC 5280)", "指定なし（RFC 5280の一般規則）"),
        }
    }

    fn write_revocation(&self, out: &mut String, language: Language) {
        for (index, shown) in self.revocation.iter().enumerate() {
            let which = match (index, language) {
                (0, _) => String::new(),
                (index, Language::En) => format!(" of authority {index}"),
                (index, Language::Ja) => format!("（認証局{index}）"),
            };
            let _ = writeln!(out, "{}{which}: {}", language.pick("Revocation", "失効"), shown.line());
            for why in shown.refused() {
                let _ = writeln!(out, "  {}: {why}", language.pick("not usable", "使えなかったもの"));
            }
        }
    }
}

/// The name of a purpose in JSON.
pub(super) const fn name(purpose: Option<Purpose>) -> &'static str {
    match purpose {
        Some(Purpose::Signature) => "signature",
        Some(Purpose::UserAuthentication) => "user_authentication",
        _ => "any",
    }
}

impl Product for Verdict {
    fn text(&self, language: Language) -> String {
        let mut out = format!("{}\n", self.headline());
        let mut line = |en: &str, ja: &str, value: &str| {
            let _ = writeln!(out, "{}: {value}", language.pick(en, ja));
        };
        let Identity { subject, issuer, serial, not_before, not_after } = &self.certificate;
        line("Certificate", "証明書", subject);
        line("Serial number", "シリアル番号", serial);
        line("Issuer named in it", "記載の発行者", issuer);
        line("Period", "有効期間", &format!("{not_before} – {not_after}"));
        line("Asked for the time", "確認の対象時刻", &self.at);
        line("Asked for the purpose", "確認の目的", &self.purpose_words());
        for authority in &self.chain {
            line("Authority between", "中間の認証局", &authority.subject);
        }
        let none = say!("none reached", "到達せず");
        let anchor = self.anchor.as_ref().map_or(none, AnchorShown::line);
        line("Trust anchor", "信頼点", &anchor);
        self.write_revocation(&mut out, language);
        for (label, list) in [
            (language.pick("Checked", "確認したこと"), &self.checked),
            (language.pick("Not checked", "確認していないこと"), &self.not_checked),
        ] {
            if list.is_empty() {
                continue;
            }
            let _ = writeln!(out, "{label}:");
            for check in list {
                let _ = writeln!(out, "  - {}", check.words());
            }
        }
        out
    }
}

/// Bytes as people compare them.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
