//! The fields that every certificate has (RFC 5280 §4.1).

use mynumber::crypto::certificate::{Certificate, ErrorKind, Purpose};
use mynumber::crypto::digest::Hash;
use mynumber::crypto::{PublicKey, Scheme, UnixTime};

use super::{Part, hexadecimal, malformed};
use crate::language::say;

pub(super) fn of(certificate: &Certificate<'_>, now: UnixTime, faults: &mut Vec<String>) -> Vec<Part> {
    vec![
        serial(certificate),
        algorithm(certificate),
        issuer(certificate),
        validity(certificate, now),
        subject(certificate),
        key(certificate, faults),
    ]
}

fn serial(certificate: &Certificate<'_>) -> Part {
    Part::field(
        "serialNumber",
        hexadecimal(certificate.serial()),
        say!(
            "The number that its issuer gave it; a revocation list names the certificate by it.",
            "発行者が付けた番号。失効リストはこの番号で証明書を示します。"
        ),
    )
}

fn algorithm(certificate: &Certificate<'_>) -> Part {
    let identifier = certificate.signature_algorithm().algorithm;
    let (value, meaning) = match certificate.signature_scheme().and_then(scheme) {
        Some(name) => (name, say!("How the issuer's signature below it was made.", "発行者の署名の方式。")),
        None => (
            identifier.to_string(),
            say!(
                "A way to sign that is not accepted here: outdated, weak or unknown.",
                "ここでは受け付けない署名方式です（古い、弱い、または不明）。"
            ),
        ),
    };
    Part::field("signatureAlgorithm", value, meaning)
}

fn scheme(scheme: Scheme) -> Option<String> {
    let (name, hash) = match scheme {
        Scheme::Pkcs1v15(hash) => ("RSA PKCS#1 v1.5", hash),
        Scheme::Pss(hash) => ("RSA-PSS", hash),
        Scheme::Ecdsa(hash) => ("ECDSA", hash),
        _ => return None,
    };
    let hash = match hash {
        Hash::Sha256 => "SHA-256",
        Hash::Sha384 => "SHA-384",
        Hash::Sha512 => "SHA-512",
        _ => return None,
    };
    Some(format!("{name}, {hash}"))
}

fn issuer(certificate: &Certificate<'_>) -> Part {
    let meaning = match certificate.issuer() == certificate.subject() {
        true => say!(
            "It names itself as its issuer: an authority at the top. Nothing vouches for it but where you have it from.",
            "自分自身を発行者としています（最上位の認証局）。入手元のほかに裏付けはありません。"
        ),
        false => say!(
            "Who it says to have issued it. All generations of a JPKI authority share one name: the key tells them apart.",
            "発行者として書かれた名前。公的個人認証の認証局は世代が違っても同じ名前で、鍵で区別します。"
        ),
    };
    Part::field("issuer", certificate.issuer().to_string(), meaning)
}

fn validity(certificate: &Certificate<'_>, now: UnixTime) -> Part {
    let period = certificate.validity();
    let (from, until) = (period.not_before, period.not_after);
    let meaning = match () {
        () if now < from => say!(
            "The period in which it is meant to be used. It has not begun ({now}).",
            "使用できる期間。まだ始まっていません（{now}）。"
        ),
        () if now > until => say!(
            "The period in which it is meant to be used. It is over ({now}).",
            "使用できる期間。過ぎています（{now}）。"
        ),
        () => say!(
            "The period in which it is meant to be used. This moment ({now}) lies inside; revocation may have ended it.",
            "使用できる期間。現在（{now}）は期間内です。ただし失効していることがあります。"
        ),
    };
    Part::field("validity", format!("{from} – {until}"), meaning)
}

fn subject(certificate: &Certificate<'_>) -> Part {
    let purpose = certificate.policy().ok().flatten().map(|policy| policy.purpose);
    let meaning = match purpose {
        Some(Purpose::Signature) => say!(
            "Whom it is about. L is prefecture and municipality of the issue; CN is a number made for the certificate, not a name.",
            "対象者。Lは発行時の都道府県と市区町村、CNは証明書のための番号で、氏名ではありません。"
        ),
        Some(Purpose::UserAuthentication) => say!(
            "Whom it is about, without a name: CN is a number made for the certificate. The next certificate has another.",
            "対象者。氏名はなく、CNは証明書のための番号です。次の証明書では変わります。"
        ),
        _ => say!("Whom it is about, as its issuer wrote it.", "対象者。発行者が書いたもの。"),
    };
    Part::field("subject", certificate.subject().to_string(), meaning)
}

fn key(certificate: &Certificate<'_>, faults: &mut Vec<String>) -> Part {
    const FIELD: &str = "subjectPublicKeyInfo";
    match certificate.public_key() {
        Ok(key) => {
            let bits = key.bits();
            let value = match key {
                PublicKey::Rsa { exponent, .. } => {
                    let exponent = hexadecimal(exponent);
                    say!(
                        "RSA, {bits} bits, exponent {exponent} (hexadecimal)",
                        "RSA {bits}ビット、指数 {exponent}（16進）"
                    )
                }
                PublicKey::EcdsaP256 { .. } => "ECDSA P-256".to_owned(),
                PublicKey::EcdsaP384 { .. } => "ECDSA P-384".to_owned(),
                _ => "?".to_owned(),
            };
            Part::field(
                FIELD,
                value,
                say!(
                    "The public key: it checks what the private key, which does not leave the chip, has signed.",
                    "公開鍵。チップから出ない秘密鍵による署名を、この鍵で確かめます。"
                ),
            )
        }
        Err(error) if error.kind() == ErrorKind::UnknownKey => Part::field(
            FIELD,
            say!("of a kind that is not known here", "未対応の種類の鍵"),
            say!(
                "RSA and the curves P-256 and P-384 are known. What this key signed cannot be checked here.",
                "対応するのはRSAと曲線P-256・P-384です。この鍵による署名は確かめられません。"
            ),
        ),
        Err(error) => malformed(FIELD, &error, faults),
    }
}
