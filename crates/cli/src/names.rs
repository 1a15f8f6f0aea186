//! Names of the card's objects for people.

use mynumber::applet::pin::PinFormErrorKind;
use mynumber::applet::{ApplicationId, PinId, ResetPlace};
use mynumber::driver::{Object, Step};

use crate::language::{Language, say};

/// What has a name in both languages.
pub(crate) trait Named {
    /// The name in the language of the process.
    fn name(&self) -> &'static str;
}

impl Named for PinId {
    fn name(&self) -> &'static str {
        let row = self.row();
        Language::current().pick(row.english, row.japanese)
    }
}

impl Named for ApplicationId {
    fn name(&self) -> &'static str {
        let row = self.row();
        Language::current().pick(row.english, row.japanese)
    }
}

impl Named for ResetPlace {
    fn name(&self) -> &'static str {
        match self {
            Self::MunicipalWindow => {
                Language::current().pick("the window of your municipality", "住所地の市区町村の窓口")
            }
            Self::ConvenienceStore => Language::current().pick(
                "a convenience-store kiosk, if you know the PIN of the other certificate",
                "コンビニのキオスク端末（もう一方の証明書の暗証番号が分かる場合）",
            ),
            Self::Nowhere => Language::current().pick("nowhere", "なし"),
        }
    }
}

/// Where a PIN is set anew, as a sentence.
pub(crate) fn where_to_reset(pin: PinId) -> String {
    let places: Vec<&str> =
        pin.row().reset.iter().filter(|place| **place != ResetPlace::Nowhere).map(Named::name).collect();
    if places.is_empty() {
        return say!("it cannot be set anew", "再設定できません");
    }
    let places = places.join(Language::current().pick("; or at ", "、"));
    say!("it can be set anew at {places}", "再設定できる場所: {places}")
}

/// The Japanese name of a secret by the name of its type, for errors of form.
pub(crate) fn of_secret(type_name: &str) -> &'static str {
    match type_name {
        "SignaturePassword" => "署名用パスワード",
        "VerificationNumberA" => "照合番号A",
        "VerificationNumberB" => "照合番号B",
        "BirthDatePin" => "生年月日",
        _ => "暗証番号",
    }
}

/// What is wrong with the form of a secret, in Japanese.
pub(crate) fn of_form_error(kind: PinFormErrorKind) -> String {
    match kind {
        PinFormErrorKind::Empty => "入力がありません".to_owned(),
        PinFormErrorKind::TooShort { least } => format!("{least}文字以上必要です"),
        PinFormErrorKind::TooLong { most } => format!("{most}文字以下で入力してください"),
        PinFormErrorKind::FullWidth => "全角文字が含まれています。日本語入力を切ってください".to_owned(),
        PinFormErrorKind::Control => "制御文字が含まれています".to_owned(),
        PinFormErrorKind::Character => "使えない文字が含まれています".to_owned(),
        PinFormErrorKind::NoLetter => "英字が1文字以上必要です".to_owned(),
        PinFormErrorKind::NoDigit => "数字が1文字以上必要です".to_owned(),
        PinFormErrorKind::CheckDigit => "検査用数字が一致しません".to_owned(),
        other => other.to_string(),
    }
}

/// Where something went wrong, in Japanese.
pub(crate) fn of_place(step: Step, object: Object) -> String {
    let object = of_object(object);
    let step = match step {
        Step::Begin => "接続",
        Step::Select => "選択",
        Step::AskTries => "残り回数の確認",
        Step::Verify => "照合",
        Step::Read => "読み取り",
        Step::Sign => "署名",
        Step::Change => "変更",
        Step::Secure => "セッション鍵の送付",
        Step::LogOut => "終了処理",
        _ => "処理",
    };
    format!("{object}: {step}")
}

/// An object of the card, in Japanese.
pub(crate) fn of_object(object: Object) -> String {
    match object {
        Object::Card => "カード".to_owned(),
        Object::Application(id) => id.row().japanese.to_owned(),
        Object::File(id) => format!("{}のEF {}", id.row().application.row().japanese, id.row().ef),
        Object::Pin(id) => id.row().japanese.to_owned(),
        Object::Key(id) => format!("{}の秘密鍵", id.row().application.row().japanese),
        Object::DataObject(id) => format!("データオブジェクト {:04X}", id.row().tag),
        other => other.to_string(),
    }
}
