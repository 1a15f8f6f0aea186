//! `verify card`: is this card genuine, and what does it say of its holder?

use std::fmt::Write;

use mynumber::applet::PinId;
use mynumber::applet::pin::{VerificationNumberA, VerificationNumberB, reference};
use mynumber::applet::{Date, Sex};
use mynumber::crypto::anchor::Hierarchy;
use mynumber::crypto::cvc::{self, Authority};
use mynumber::driver::Object;
use mynumber::genuine::{
    CardFace, Certified, Contents, Difference, Error, ErrorKind, GenuineCard, InputAssist, NotChecked, Terms,
    prove,
};
use mynumber::issuance::pki::{CardVerifiableKey, Chain};
use rand_core::Rng;
use serde::Serialize;

use super::trust::SIMULATED;
use crate::args::{CardCheck, FaceKey, TrustName};
use crate::cards::{self, Store};
use crate::commands::holder;
use crate::escape::Escaped;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::names::{self, Named};
use crate::output::Product;
use crate::run::Run;

pub(super) fn run(run: &Run, arguments: &CardCheck) -> Result<(), Failure> {
    let roots = match arguments.trust {
        TrustName::Simulated => simulated(run)?,
        _ => Vec::new(),
    };
    let own = roots.iter().map(|(chain, key)| key.as_authority(*chain)).collect::<Result<Vec<_>, _>>();
    let own = own.map_err(|error| unusable(&error))?;
    let authorities = match arguments.trust {
        TrustName::Production => cvc::production(),
        TrustName::JlisTest => cvc::jlis_test(),
        TrustName::Simulated => own.as_slice(),
    };
    let genuine = proof(run, arguments.with, authorities)?;
    run.print(&genuine)
}

/// The roots of the virtual cards' test authority.
fn simulated(run: &Run) -> Result<Vec<(Chain, CardVerifiableKey)>, Failure> {
    let authority = Store::of(run)?.existing_authority()?;
    let root = |chain| authority.root_key(chain).map(|key| (chain, key));
    Chain::ALL.into_iter().map(root).collect::<Result<_, _>>().map_err(|error| unusable(&error))
}

/// Does something with the authorities of the virtual cards.
pub(crate) fn with_simulated<T>(
    run: &Run,
    work: impl FnOnce(&[Authority<'_>]) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let roots = simulated(run)?;
    let own = roots.iter().map(|(chain, key)| key.as_authority(*chain)).collect::<Result<Vec<_>, _>>();
    work(&own.map_err(|error| unusable(&error))?)
}

fn unusable(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::BadInput, say!("{error}", "仮想カードの認証局を使えません: {error}"))
}

/// Asks the card, and says what it proved.
fn proof(run: &Run, with: FaceKey, authorities: &[Authority<'_>]) -> Result<Genuine, Failure> {
    let mut nonce = [0; 32];
    mynumber::system_random().fill_bytes(&mut nonce);
    let mut terms = Terms::new(authorities, nonce, cards::now()).with_comparison();
    if run.common.last_try {
        terms = terms.spending_the_last_try();
    }
    let mut card = run.card()?;
    match with {
        FaceKey::Pin => {
            let pin = run.four_digits(PinId::InputAssist.name())?;
            let genuine = prove::<reference::InputAssist, _>(&mut card, &pin, &terms)
                .map_err(|error| failure(&error))?;
            Ok(Genuine::of(&genuine, with, Holder::of_attributes(genuine.contents())))
        }
        FaceKey::A => {
            let mut entry = run.pin_entry()?;
            let number = run.ask(&mut entry, PinId::CardFaceNumberA.name(), VerificationNumberA::parse)?;
            let genuine = prove::<reference::CardFaceNumberA, _>(&mut card, &number, &terms)
                .map_err(|error| failure(&error))?;
            Ok(Genuine::of(&genuine, with, Holder::of_face(genuine.contents())))
        }
        FaceKey::B => {
            let mut entry = run.pin_entry()?;
            let number = run.ask(&mut entry, PinId::CardFaceNumberB.name(), VerificationNumberB::parse)?;
            let genuine = prove::<reference::CardFaceNumberB, _>(&mut card, &number, &terms)
                .map_err(|error| failure(&error))?;
            Ok(Genuine::of(&genuine, with, Holder::of_face(genuine.contents())))
        }
    }
}

/// Why a card did not prove to be genuine; what a PIN or a reader did wrong keeps its own exit code.
pub(crate) fn failure(error: &Error) -> Failure {
    let place = place(error.object());
    let why = match (Language::current(), error.kind()) {
        (Language::Ja, ErrorKind::Check(error)) => japanese(error.kind()),
        (Language::Ja, ErrorKind::Content(_)) => "内容が正しい形ではありません".to_owned(),
        (Language::Ja, ErrorKind::OtherChip) => "署名された記録が別のICチップを示しています".to_owned(),
        (Language::Ja, ErrorKind::OtherHolder) => "署名された記録どうしが食い違っています".to_owned(),
        (_, kind) => kind.to_string(),
    };
    let is_verdict = error.is_verdict();
    if let ErrorKind::Driver(error) = error.kind() {
        return error.clone().into();
    }
    let exit = if is_verdict { Exit::NotGenuine } else { Exit::Internal };
    let failure = Failure::new(
        exit,
        say!("not shown to be genuine: {place}: {why}", "真正なカードと確認できません: {place}: {why}"),
    );
    match error.kind() {
        ErrorKind::Check(error) if matches!(error.kind(), cvc::ErrorKind::UnknownIssuer { .. }) => failure
            .advise(say!(
                "whose cards are taken is chosen with --trust: production, jlis-test, simulated",
                "どの認証局のカードを認めるかは --trust（production、jlis-test、simulated）で指定します"
            )),
        _ => failure,
    }
}

fn place(object: Object) -> String {
    match Language::current() {
        Language::En => object.to_string(),
        Language::Ja => names::of_object(object),
    }
}

fn japanese(kind: cvc::ErrorKind) -> String {
    match kind {
        cvc::ErrorKind::UnknownIssuer { issuer } => format!("信頼する認証局の中に {issuer} がありません"),
        cvc::ErrorKind::OtherChain { .. } => "発行者は別の目的の鍵です".to_owned(),
        cvc::ErrorKind::NotAnIssuer { .. } => "発行者の鍵は他の鍵を証明できません".to_owned(),
        cvc::ErrorKind::Signature(error) => format!("署名が受け入れられません（{error}）"),
        cvc::ErrorKind::Digest => "内容が署名されたものと異なります".to_owned(),
        cvc::ErrorKind::NoChipKey => "記録にICチップの鍵がありません".to_owned(),
        cvc::ErrorKind::Answer(error) => format!("ICチップの応答が受け入れられません（{error}）"),
        other => format!("形式が正しくありません（{other}）"),
    }
}

/// A card that proved to be genuine.
#[derive(Serialize)]
struct Genuine {
    /// `holds`.
    verdict: &'static str,
    at: String,
    /// `pin`, `a`, `b`.
    with: &'static str,
    hierarchy: &'static str,
    authority: String,
    signer: String,
    municipality: Option<String>,
    holder: Holder,
    not_signed: NotSigned,
    differences: Vec<String>,
    nonce: String,
    not_checked: Vec<&'static str>,
    #[serde(skip)]
    open: &'static [NotChecked],
}

/// What the signed records say.
#[derive(Default, Serialize)]
struct Holder {
    name: Option<String>,
    address: Option<String>,
    birth_date: Option<String>,
    sex: Option<String>,
    #[serde(skip)]
    birth: Option<Date>,
    #[serde(skip)]
    sex_name: Option<Sex>,
}

/// What the card tells and nobody signed.
#[derive(Serialize)]
struct NotSigned {
    expiry: Option<String>,
    past_expiry: Option<bool>,
    municipality: Option<String>,
}

impl Holder {
    fn of_attributes(contents: &InputAssist) -> Self {
        let Some(attributes) = contents.attributes() else { return Self::default() };
        Self {
            name: Some(attributes.name().to_owned()),
            address: Some(attributes.address().to_owned()),
            ..Self::of(attributes.birth_date(), attributes.sex())
        }
    }

    fn of_face(contents: &CardFace) -> Self {
        contents.face().map_or_else(Self::default, |face| Self::of(face.birth_date(), face.sex()))
    }

    fn of(birth: Date, sex: Sex) -> Self {
        Self {
            name: None,
            address: None,
            birth_date: Some(holder::iso(birth)),
            sex: Some(char::from(sex.code()).to_string()),
            birth: Some(birth),
            sex_name: Some(sex),
        }
    }
}

impl Genuine {
    fn of<C: Contents>(genuine: &GenuineCard<C>, with: FaceKey, holder: Holder) -> Self {
        let certified: &Certified = genuine.certified();
        let statements = genuine.statements();
        let expiry = statements.iter().filter_map(mynumber::genuine::Statement::expiry).next();
        let municipality = statements.first().map(mynumber::genuine::Statement::municipality);
        Self {
            verdict: "holds",
            at: genuine.at().to_string(),
            with: match with {
                FaceKey::Pin => "pin",
                FaceKey::A => "a",
                FaceKey::B => "b",
            },
            hierarchy: match certified.hierarchy() {
                Hierarchy::Production => "production",
                Hierarchy::JlisTest => "jlis_test",
                _ => "caller",
            },
            authority: certified.authority().to_string(),
            signer: certified.signer().to_string(),
            municipality: certified.municipality().map(|code| code.as_str().to_owned()),
            holder,
            not_signed: NotSigned {
                expiry: expiry.map(|date| holder::iso(*date.told())),
                past_expiry: genuine.is_past_its_expiry().map(mynumber::genuine::NotSigned::into_told),
                municipality: municipality.map(|code| code.told().as_str().to_owned()),
            },
            differences: genuine.differences().iter().map(difference).collect(),
            nonce: super::verdict::hexadecimal(genuine.nonce()),
            not_checked: genuine.not_checked().iter().map(|open| code(*open)).collect(),
            open: genuine.not_checked(),
        }
    }

    fn write_holder(&self, out: &mut String, language: Language) {
        let mut line = |en: &str, ja: &str, value: &str| {
            let _ = writeln!(out, "  {}: {value}", language.pick(en, ja));
        };
        let Holder { name, address, sex, .. } = &self.holder;
        for (en, ja, value) in [("Name", "氏名", name), ("Address", "住所", address)] {
            if let Some(value) = value {
                line(en, ja, &Escaped(value).to_string());
            }
        }
        if let Some(birth) = self.holder.birth {
            line("Born", "生年月日", &holder::shown(birth, language));
        }
        if let Some(code) = sex {
            line("Sex", "性別", &holder::sex(self.holder.sex_name, code, language));
        }
    }

    fn write_not_signed(&self, out: &mut String, language: Language) {
        let _ = writeln!(
            out,
            "{}:",
            language.pick("The card also tells, and nobody signed", "カードの記載（署名なし）")
        );
        let told = &self.not_signed;
        for (label, value) in [
            (language.pick("expiry of the card", "カードの有効期限"), &told.expiry),
            (language.pick("municipality", "市区町村コード"), &told.municipality),
        ] {
            if let Some(value) = value {
                let _ = writeln!(out, "  {label}: {value}");
            }
        }
        if told.past_expiry == Some(true) {
            let _ = writeln!(
                out,
                "  {}",
                language.pick(
                    "WARNING: by that date the card is past its expiry",
                    "警告: この日付によればカードの期限は過ぎています"
                )
            );
        }
        for difference in &self.differences {
            let _ = writeln!(out, "  {}: {difference}", language.pick("WARNING", "警告"));
        }
    }
}

fn difference(difference: &Difference) -> String {
    match (Language::current(), difference) {
        (Language::Ja, Difference::Municipality { source }) => {
            format!("{} の市区町村が署名された記録と異なります", names::of_object(Object::File(*source)))
        }
        (Language::Ja, Difference::Expiry { source }) => {
            format!("{} の有効期限が券面と異なります", names::of_object(Object::File(*source)))
        }
        (_, difference) => difference.to_string(),
    }
}

/// The name in JSON.
const fn code(open: NotChecked) -> &'static str {
    match open {
        NotChecked::InForce => "in_force",
        NotChecked::Holder => "holder",
        NotChecked::Place => "place",
        NotChecked::Binding => "binding",
        _ => "other",
    }
}

impl Product for Genuine {
    fn text(&self, language: Language) -> String {
        let headline = match (self.hierarchy, language) {
            ("production", Language::En) => "The chip proved to be a genuine card's.".to_owned(),
            ("production", Language::Ja) => "真正なカードのICチップと確認しました。".to_owned(),
            ("jlis_test", Language::En) => {
                "The chip proved to be that of one of J-LIS's TEST cards: it identifies nobody.".to_owned()
            }
            ("jlis_test", Language::Ja) => {
                "J-LISのテストカードのICチップと確認しました。本人を示すものではありません。".to_owned()
            }
            (_, Language::En) => {
                format!("The chip proved to be a card's of the {SIMULATED}: it identifies nobody.")
            }
            (_, Language::Ja) => {
                "模擬の認証局による仮想カードと確認しました。本人を示すものではありません。".to_owned()
            }
        };
        let mut out = format!("{headline}\n");
        let municipality = self.municipality.as_deref().unwrap_or("-");
        let _ = match language {
            Language::En => writeln!(
                out,
                "Signed by {} (municipality {municipality}), certified by {}; answered at {}",
                self.signer, self.authority, self.at
            ),
            Language::Ja => writeln!(
                out,
                "署名鍵 {}（市区町村 {municipality}）、認証局 {}、応答 {}",
                self.signer, self.authority, self.at
            ),
        };
        let _ = writeln!(out, "{}:", language.pick("Signed records say", "署名された記録の内容"));
        self.write_holder(&mut out, language);
        self.write_not_signed(&mut out, language);
        let _ = writeln!(out, "{}:", language.pick("Not checked", "確認していないこと"));
        for open in self.open {
            let _ = writeln!(out, "  - {}", language.pick(open.to_string(), open.japanese().to_owned()));
        }
        out
    }
}
