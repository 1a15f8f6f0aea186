//! `certificate`: one of the card's four certificates as text, PEM or DER; certificates of files explained.

mod explain;
mod show;

use std::fmt::Write;

use base64ct::{Encoder, LineEnding};
use mynumber::applet::pin::reference;
use mynumber::applet::{FileId, PinId};
use mynumber::crypto::certificate::{Certificate, Error, KeyUsage, Purpose};
use mynumber::driver::{ErrorKind, FileBytes, file};
use serde::Serialize;

use crate::args::{CertificateArguments, CertificateCommand, CertificateForm, CertificateKind};
use crate::escape::Escaped;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::Destination;
use crate::language::{Language, say};
use crate::names::Named;
use crate::output::{Format, Product};
use crate::run::{AnyCard, Run};

pub(crate) fn run(run: &Run, arguments: &CertificateArguments) -> Result<(), Failure> {
    if let Some(CertificateCommand::Show(arguments)) = &arguments.command {
        return show::run(run, arguments);
    }
    let kind = arguments.kind.ok_or_else(missing)?;
    let destination = Destination::new(arguments.output.as_deref(), arguments.force);
    destination.check()?;
    let mut card = run.card()?;
    let bytes = read(run, &mut card, kind)?;
    let der = bytes.content();
    let certificate = parse(der)?;
    match (arguments.form, run.format) {
        (_, Format::Json) => {
            let described = Described::of(&certificate, der).map_err(|error| misread(&error))?;
            if destination.is_file() {
                write(&described, der, arguments.form, &destination)?;
            }
            run.print(&described)
        }
        (form, Format::Text) => {
            let described = Described::of(&certificate, der).map_err(|error| misread(&error))?;
            write(&described, der, form, &destination)
        }
    }
}

/// The parser asks for one or the other.
fn missing() -> Failure {
    Failure::new(Exit::Usage, say!("say which certificate", "どの証明書かを指定してください"))
}

fn write(
    described: &Described,
    der: &[u8],
    form: CertificateForm,
    destination: &Destination,
) -> Result<(), Failure> {
    match form {
        CertificateForm::Der => destination.write(der),
        CertificateForm::Pem => destination.write(described.pem.as_bytes()),
        CertificateForm::Text => destination.write(described.text(Language::current()).as_bytes()),
    }
}

fn read(run: &Run, card: &mut AnyCard, kind: CertificateKind) -> Result<FileBytes, Failure> {
    Ok(match kind {
        CertificateKind::SignCa => card.read_file(FileId::SignatureCaCertificate)?,
        CertificateKind::AuthCa => card.read_file(FileId::UserAuthenticationCaCertificate)?,
        CertificateKind::Sign => {
            let password = run.password(PinId::Signature.name())?;
            let mut unlocked = match run.common.last_try {
                true => card.unlock_spending_the_last_try::<reference::Signature>(&password)?,
                false => card.unlock::<reference::Signature>(&password)?,
            };
            let bytes = unlocked.read::<file::SignatureCertificate>()?;
            unlocked.close()?;
            bytes.into_bytes()
        }
        CertificateKind::Auth => match card.user_authentication_certificate() {
            Err(error) if *error.kind() == ErrorKind::BehindPin => {
                let pin = run.four_digits(PinId::UserAuthentication.name())?;
                let mut unlocked = match run.common.last_try {
                    true => card.unlock_spending_the_last_try::<reference::UserAuthentication>(&pin)?,
                    false => card.unlock::<reference::UserAuthentication>(&pin)?,
                };
                let bytes = unlocked.read::<file::UserAuthenticationCertificate>()?;
                unlocked.close()?;
                bytes.into_bytes()
            }
            other => other?.into_bytes(),
        },
    })
}

/// Reads a certificate; an error is the card's fault.
pub(crate) fn parse(der: &[u8]) -> Result<Certificate<'_>, Failure> {
    Certificate::parse(der).map_err(|error| misread(&error))
}

fn misread(error: &Error) -> Failure {
    Failure::new(
        Exit::CardMisbehaved,
        say!("the card's certificate cannot be read: {error}", "カードの証明書を読めません: {error}"),
    )
}

/// RFC 7468 text of a certificate.
pub(crate) fn pem(der: &[u8]) -> String {
    let mut buffer = vec![0; der.len() * 2 + 64];
    let body = Encoder::<base64ct::Base64>::new_wrapped(&mut buffer, 64, LineEnding::LF)
        .and_then(|mut encoder| encoder.encode(der).and_then(|()| encoder.finish()))
        .unwrap_or_default();
    format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
}

#[derive(Serialize)]
struct Described {
    subject: String,
    issuer: String,
    serial: String,
    not_before: String,
    not_after: String,
    /// `signature`, `user_authentication`, `authority`, or absent when the certificate claims none of these.
    purpose: Option<&'static str>,
    key: String,
    key_bits: usize,
    holder: Option<Holder>,
    /// What was not looked at: a certificate that can be read is not thereby good.
    not_checked: [&'static str; 3],
    pem: String,
}

#[derive(Serialize)]
struct Holder {
    name: Option<String>,
    address: Option<String>,
    birth_date: Option<String>,
    sex: Option<String>,
    name_substitutes: Option<String>,
    address_substitutes: Option<String>,
}

impl Described {
    fn of(certificate: &Certificate<'_>, der: &[u8]) -> Result<Self, Error> {
        let key = certificate.public_key()?;
        let usage = certificate.extensions().key_usage()?;
        let purpose = match certificate.policy()?.map(|policy| policy.purpose) {
            Some(Purpose::Signature) => Some("signature"),
            Some(Purpose::UserAuthentication) => Some("user_authentication"),
            _ if usage.is_some_and(|usage| usage.contains(KeyUsage::KEY_CERT_SIGN)) => Some("authority"),
            _ => None,
        };
        let holder = certificate.holder()?;
        let holder = holder.name.is_some().then(|| Holder {
            name: holder.name.map(str::to_owned),
            address: holder.address.map(str::to_owned),
            birth_date: holder
                .birth_date
                .map(|date| format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)),
            sex: holder.sex.map(str::to_owned),
            name_substitutes: holder.name_substitutes.map(str::to_owned),
            address_substitutes: holder.address_substitutes.map(str::to_owned),
        });
        Ok(Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            serial: certificate.serial().iter().map(|byte| format!("{byte:02X}")).collect(),
            not_before: certificate.validity().not_before.to_string(),
            not_after: certificate.validity().not_after.to_string(),
            purpose,
            key: match key {
                mynumber::crypto::PublicKey::Rsa { .. } => "RSA".to_owned(),
                _ => "EC".to_owned(),
            },
            key_bits: key.bits(),
            holder,
            not_checked: ["issuer", "validity at this time", "revocation"],
            pem: pem(der),
        })
    }
}

impl Product for Described {
    fn text(&self, language: Language) -> String {
        let mut out = String::new();
        let mut line = |en: &str, ja: &str, value: &str| {
            let _ = writeln!(out, "{}: {value}", language.pick(en, ja));
        };
        line("Subject", "主体者", &self.subject);
        line("Issuer", "発行者", &self.issuer);
        line("Serial number", "シリアル番号", &self.serial);
        line("Not before", "有効期間の開始", &self.not_before);
        line("Not after", "有効期間の終了", &self.not_after);
        line("Purpose", "用途", self.purpose.unwrap_or("-"));
        line("Key", "鍵", &format!("{} {}", self.key, self.key_bits));
        if let Some(holder) = &self.holder {
            let mut field = |en, ja, value: &Option<String>| {
                if let Some(value) = value {
                    line(en, ja, &Escaped(value).to_string());
                }
            };
            field("Name", "氏名", &holder.name);
            field("Substitute characters of the name", "氏名の代替文字", &holder.name_substitutes);
            field("Address", "住所", &holder.address);
            field("Substitute characters of the address", "住所の代替文字", &holder.address_substitutes);
            field("Born", "生年月日", &holder.birth_date);
            field("Sex", "性別", &holder.sex);
        }
        line(
            "Not checked",
            "確認していないこと",
            language.pick(
                "who issued it, whether it is in force now, whether it is revoked",
                "発行者の真正性、現在有効か、失効していないか",
            ),
        );
        out
    }
}
