//! `certificate show --explain`: each field in words, and what cannot be concluded from all of them.

mod extensions;
mod fields;
mod holder;

use std::fmt::Write;

use mynumber::crypto::anchor;
use mynumber::crypto::certificate::{Certificate, Error, Purpose};
use serde::Serialize;

use self::holder::ExplainedHolder;
use crate::cards;
use crate::escape::Escaped;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::output::Product;

/// A certificate, field by field.
#[derive(Serialize)]
pub(crate) struct Explained {
    /// What it claims to be, in words.
    claims: String,
    parts: Vec<Part>,
    holder: Option<ExplainedHolder>,
    municipality: Option<Municipality>,
    issued_by: Option<IssuedBy>,
    cannot_be_concluded: Vec<String>,
    #[serde(skip)]
    malformed: Vec<String>,
}

/// One field or extension.
#[derive(Serialize)]
struct Part {
    /// The name that the standard gives it.
    field: String,
    /// Whether a verifier that does not know it must refuse the certificate; absent for what is no extension.
    #[serde(skip_serializing_if = "Option::is_none")]
    critical: Option<bool>,
    value: String,
    meaning: String,
}

/// A municipality that nothing names as such.
#[derive(Serialize)]
struct Municipality {
    code: String,
    /// Always true: the certificate does not say that these digits are a code.
    inferred: bool,
    from: &'static str,
}

/// The built-in authority whose key made the signature.
#[derive(Serialize)]
struct IssuedBy {
    label: String,
    /// `production` or `jlis_test`.
    hierarchy: &'static str,
    key_id: Option<String>,
}

impl IssuedBy {
    /// Found by the signature, which is checked: names and key identifiers can be written by anybody.
    fn of(certificate: &Certificate<'_>) -> Option<Self> {
        let lists = [(anchor::production(), "production"), (anchor::jlis_test(), "jlis_test")];
        let all = lists.into_iter().flat_map(|(anchors, name)| anchors.iter().map(move |one| (one, name)));
        let named = all.filter(|(anchor, _)| anchor.subject().matches(&certificate.issuer()));
        let mut signers = named.filter(|(anchor, _)| certificate.check_signature(&anchor.key()).is_ok());
        let (anchor, hierarchy) = signers.next()?;
        let (label, key_id) = (anchor.label().to_owned(), anchor.key_id().map(hexadecimal));
        Some(Self { label, hierarchy, key_id })
    }

    fn line(found: Option<&Self>) -> String {
        match found {
            Some(Self { label, hierarchy: "production", .. }) => say!(
                "Signed by a built-in authority, the signature was checked: {label}",
                "内蔵の認証局による署名を確認: {label}"
            ),
            Some(Self { label, .. }) => say!(
                "Signed by a built-in authority of TEST cards, the signature was checked; it identifies nobody: {label}",
                "内蔵のテスト用認証局による署名を確認（本人を示さない）: {label}"
            ),
            None => say!("No built-in authority signed it", "内蔵の認証局が署名したものではありません"),
        }
    }
}

impl Part {
    fn field(name: &str, value: String, meaning: String) -> Self {
        Self { field: name.to_owned(), critical: None, value, meaning }
    }
}

impl Explained {
    pub(crate) fn of(certificate: &Certificate<'_>) -> Self {
        let mut malformed = Vec::new();
        let mut parts = fields::of(certificate, cards::now(), &mut malformed);
        parts.extend(extensions::of(certificate, &mut malformed));
        let purpose = certificate.policy().ok().flatten().map(|policy| policy.purpose);
        let municipality = certificate.inferred_municipality().map(|code| Municipality {
            code: code.to_owned(),
            inferred: true,
            from: "subject CN",
        });
        let issued_by = IssuedBy::of(certificate);
        Self {
            claims: claims(certificate),
            parts,
            holder: certificate.holder().ok().and_then(|holder| ExplainedHolder::of(&holder)),
            cannot_be_concluded: open_questions(purpose, municipality.is_some(), issued_by.is_some()),
            municipality,
            issued_by,
            malformed,
        }
    }

    /// The failure of a certificate with fields that are not what they should be; they are marked in the product.
    pub(crate) fn fault(&self) -> Option<Failure> {
        let fields = self.malformed.join(", ");
        (!self.malformed.is_empty()).then(|| {
            Failure::new(
                Exit::BadInput,
                say!(
                    "malformed in this certificate: {fields}",
                    "証明書の次の項目が正しい形ではありません: {fields}"
                ),
            )
        })
    }
}

/// What the certificate claims to be.
fn claims(certificate: &Certificate<'_>) -> String {
    let test = |test: bool| {
        if test { say!(" of a test card", "（テストカード用）") } else { String::new() }
    };
    match certificate.policy() {
        Ok(Some(policy)) => {
            let of = test(policy.test);
            match policy.purpose {
                Purpose::Signature => {
                    say!("claims to be a signature certificate{of}", "署名用電子証明書{of}と称している")
                }
                Purpose::UserAuthentication => say!(
                    "claims to be a user-authentication certificate{of}",
                    "利用者証明用電子証明書{of}と称している"
                ),
                _ => say!("claims a purpose of JPKI{of}", "公的個人認証の証明書{of}と称している"),
            }
        }
        _ if is_authority(certificate) => {
            say!("claims to be an authority's certificate", "認証局の証明書と称している")
        }
        _ => say!(
            "claims to be none of the certificates of a My Number Card",
            "マイナンバーカードの電子証明書とは称していない"
        ),
    }
}

fn is_authority(certificate: &Certificate<'_>) -> bool {
    matches!(certificate.extensions().basic_constraints(), Ok(Some(constraints)) if constraints.ca)
}

/// What no field answers.
fn open_questions(purpose: Option<Purpose>, inferred: bool, issuer_known: bool) -> Vec<String> {
    let mut open = Vec::new();
    if !issuer_known {
        open.push(say!(
            "who issued it: a name and a key identifier can be written by anybody; `verify certificate` checks the signature",
            "発行者が本物か。名前や鍵識別子は誰でも書けます。署名は `verify certificate` で確認します"
        ));
    }
    open.extend([
        say!(
            "whether it was revoked: that stands in the authority's list or its OCSP answers, never in the certificate",
            "失効していないか。失効情報は認証局の失効リストやOCSPにあり、証明書には書かれません"
        ),
        say!(
            "whether who shows it is its holder: certificates are public enough to be copied; only a fresh signature by its key tells",
            "提示した人が名義人か。証明書は写せます。その鍵による新しい署名だけが証拠になります"
        ),
    ]);
    if purpose == Some(Purpose::Signature) {
        open.push(say!(
            "whether name and address are still right: they are as of the issue; a change leads to revocation",
            "氏名・住所が今も正しいか。発行時のものです。変更があると証明書は失効します"
        ));
    }
    if purpose == Some(Purpose::UserAuthentication) {
        open.push(say!(
            "who the holder is: name, address, birth date and sex are not in this kind of certificate",
            "名義人が誰か。この種類の証明書に氏名・住所・生年月日・性別はありません"
        ));
    }
    if purpose.is_some() {
        open.push(say!(
            "the My Number: it is not in the certificate and does not follow from it",
            "個人番号。証明書には含まれず、証明書から求めることもできません"
        ));
    }
    if inferred {
        open.push(say!(
            "whether the digits taken for a municipality's code are one: that is inferred, the format is not published",
            "市区町村コードと見た数字が本当にそれか。推定であり、書式は公開されていません"
        ));
    }
    open
}

/// A malformed field: told in its place, and collected for the end of the run.
fn malformed(field: &str, error: &Error, collected: &mut Vec<String>) -> Part {
    collected.push(field.to_owned());
    Part::field(
        field,
        say!("malformed: {error}", "不正な形式: {error}"),
        say!(
            "It cannot be read; nothing may be concluded from it.",
            "読めません。ここからは何も言えません。"
        ),
    )
}

impl Product for Explained {
    fn text(&self, language: Language) -> String {
        let mut out = format!("{}: {}\n", language.pick("This certificate", "この証明書は"), self.claims);
        for part in &self.parts {
            let critical = match part.critical {
                Some(true) => language.pick(" (critical)", "（クリティカル）"),
                _ => "",
            };
            let _ = writeln!(out, "\n{}{critical}: {}", part.field, printable(&part.value));
            let _ = writeln!(out, "    {}", part.meaning);
        }
        if let Some(holder) = &self.holder {
            let _ = write!(out, "\n{}", holder.text(language));
        }
        if let Some(municipality) = &self.municipality {
            let code = &municipality.code;
            let _ = writeln!(
                out,
                "\n{}",
                match language {
                    Language::En => format!(
                        "Municipality that issued the card: {code} (inferred from the common name, not stated)"
                    ),
                    Language::Ja =>
                        format!("カードを発行した市区町村のコード: {code}（共通名からの推定。明記はない）"),
                }
            );
        }
        let _ = writeln!(out, "\n{}", IssuedBy::line(self.issued_by.as_ref()));
        let _ = writeln!(
            out,
            "\n{}:",
            language.pick("What cannot be concluded from this", "ここからは分からないこと")
        );
        for question in &self.cannot_be_concluded {
            let _ = writeln!(out, "  - {question}");
        }
        out
    }
}

/// Values are put together from parts that are escaped, or are escaped here: names have their own escapes.
fn printable(value: &str) -> String {
    value.lines().collect::<Vec<_>>().join("\n    ")
}

/// Text from a certificate inside a value.
fn shown(text: &str) -> String {
    Escaped(text).to_string()
}

/// Bytes as people compare them.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
