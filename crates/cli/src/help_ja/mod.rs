//! The Japanese help, put over the argument list; a test keeps it complete.

mod desk;

use clap::Command;

use crate::exit::TABLE;
use crate::language::Language;

/// Japanese help by place: `command`, `command sub`, or `command --argument`; global arguments stand under `--name`.
const HELP: &[(&str, &str)] = &[
    ("", "マイナンバーカードの読み取り・署名・暗証番号の変更と、仮想カードの提供"),
    ("--reader", "使うカード: リーダー名の一部、readers の番号、virtual[:人物]、または hostile:名前[:人物]"),
    ("--json", "JSONで出力する（形式は crates/cli/JSON.md）"),
    ("--timeout", "カードや他のプログラムを待つ秒数"),
    ("--lang", "メッセージの言語"),
    ("--pin_fd", "暗証番号をこのファイル記述子から1行ずつ読む"),
    ("--pin_stdin", "暗証番号を標準入力から1行ずつ読む"),
    ("--last_try", "最後の1回を使う。間違えるとロックされる"),
    ("--trace", "すべての送受信を標準エラーに表示する（秘密と個人情報は除く）"),
    ("--cards", "仮想カードのフォルダー（既定: 利用者のデータフォルダー）"),
    ("status", "すべての暗証番号の残り回数と再設定の窓口を表示する"),
    ("attributes", "氏名・住所・生年月日・性別を読む（券面事項入力補助用暗証番号）"),
    (
        "attributes --secure_messaging",
        "リーダーとカードの間を暗号化して読む（暗証番号自体は除く）。使えなければ失敗する",
    ),
    ("number", "個人番号を読む（券面事項入力補助用暗証番号）"),
    (
        "number --secure_messaging",
        "リーダーとカードの間を暗号化して読む（暗証番号自体は除く）。使えなければ失敗する",
    ),
    ("face", "券面を読み、写真・画像・券面の図を書き出す"),
    ("face --with", "券面を開くもの"),
    ("face --output", "photo.png, name.png, address.png, front.svg, back.svg を置くフォルダー"),
    ("face --force", "既存のファイルを置き換える"),
    ("certificate", "電子証明書を読む、または説明する"),
    ("certificate --kind", "カードのどの証明書か"),
    ("certificate --form", "出力の形式"),
    ("certificate --output", "出力ファイル（既定: 標準出力）"),
    ("certificate --force", "既存のファイルを置き換える"),
    ("certificate show", "ファイルまたはカードの証明書を表示する"),
    ("certificate show --file", "DERまたはPEMの証明書（-: 標準入力、省略時はカードの証明書）"),
    ("certificate show --card", "ファイルを指定しない場合、カードのどの証明書か"),
    ("certificate show --explain", "各項目の意味と、分からないことを説明する"),
    ("sign", "ファイルに署名する"),
    ("sign --input", "署名するファイル（-: 標準入力）"),
    ("sign --key", "鍵"),
    ("sign --form", "入力の扱い"),
    ("sign --hash", "ハッシュ"),
    ("sign --padding", "パディング"),
    ("sign --output", "署名の出力ファイル（既定: 標準出力）"),
    ("sign --certificate", "証明書（PEM）もこのファイルに書く"),
    ("sign --force", "既存のファイルを置き換える"),
    ("sign cms", "署名用鍵で署名付きメッセージ（CMS、CAdES-B-B）を作る"),
    ("sign cms --input", "署名するファイル（-: 標準入力）"),
    ("sign cms --detached", "内容をメッセージに含めない。確認には両方が必要"),
    ("sign cms --hash", "ハッシュ"),
    ("sign cms --mime_type", "内容のMIMEタイプ（署名の対象）。例: application/pdf"),
    ("sign cms --with_authority", "カードの認証局証明書も含める"),
    ("sign cms --output", "メッセージ（DER）の出力ファイル（既定: 標準出力）"),
    ("sign cms --force", "既存のファイルを置き換える"),
    ("verify", "誰が何で署名し、信頼できるかを確かめる"),
    ("verify certificate", "証明書の発行者・用途・有効期間・失効を確かめる"),
    (
        "verify certificate --file",
        "DERまたはPEMの証明書（-: 標準入力）。PEMに複数ある場合は先頭が対象、残りは中間証明書の候補",
    ),
    ("verify certificate --purpose", "証明書の目的（既定: 証明書が称するもの）"),
    ("verify certificate --trust", "信頼する認証局"),
    ("verify certificate --anchor", "このファイルの証明書（DERまたはPEM）だけを信頼する"),
    ("verify certificate --hint", "間に入る証明書の候補（DERまたはPEM）。信頼はしない"),
    ("verify certificate --policy", "証明書に必要なポリシー（複数ならいずれか）"),
    (
        "verify certificate --accept_uncritical",
        "クリティカルでない経路制限も受け入れる（RFC 5280以前の認証局向け）",
    ),
    ("verify certificate --at", "確認の対象時刻 2026-10-01T09:30:00Z, 2026-10-01, @秒（既定: 現在）"),
    ("verify certificate --crl", "失効リスト（DERまたはPEM）、またはそのフォルダー"),
    ("verify certificate --ocsp", "OCSPレスポンス（DER）"),
    ("verify certificate --max_age", "この秒数より古い失効情報を使わない（既定: それ自身の期限まで）"),
    ("verify certificate --no_revocation", "失効の有無を確認しない"),
    ("verify card", "カードが真正か（署名された記録と応答するICチップ）を確かめる"),
    ("verify card --with", "記録を開くもの。暗証番号なら基本4情報、照合番号A・Bなら券面"),
    ("verify card --trust", "信頼する認証局"),
    ("verify cms", "署名されたメッセージ（CMS、S/MIME）の内容・署名・署名者を確かめる"),
    ("verify cms --file", "DER、PEM、S/MIMEのメッセージ（-: 標準入力）"),
    ("verify cms --content", "署名された内容がメッセージの中にない場合のファイル"),
    ("verify cms --purpose", "署名者の証明書の目的"),
    ("verify cms --extract", "すべての署名が確認できた場合に内容をこのファイルへ書く"),
    ("verify cms --force", "既存のファイルを置き換える"),
    ("verify cms --trust", "信頼する認証局"),
    ("verify cms --anchor", "このファイルの証明書（DERまたはPEM）だけを信頼する"),
    ("verify cms --hint", "間に入る証明書の候補（DERまたはPEM）。信頼はしない"),
    ("verify cms --policy", "証明書に必要なポリシー（複数ならいずれか）"),
    ("verify cms --accept_uncritical", "クリティカルでない経路制限も受け入れる（RFC 5280以前の認証局向け）"),
    ("verify cms --at", "確認の対象時刻 2026-10-01T09:30:00Z, 2026-10-01, @秒（既定: 現在）"),
    ("verify cms --crl", "失効リスト（DERまたはPEM）、またはそのフォルダー"),
    ("verify cms --ocsp", "OCSPレスポンス（DER）"),
    ("verify cms --max_age", "この秒数より古い失効情報を使わない（既定: それ自身の期限まで）"),
    ("verify cms --no_revocation", "失効の有無を確認しない"),
    ("verify batch", "多数の署名・メッセージを全コアで確かめる"),
    ("verify batch --file", "1行1件（-: 標準入力）。証明書・署名・ハッシュ値のJSON、またはCMSファイル名"),
    ("verify batch --purpose", "証明書の目的"),
    ("verify batch --output", "結果の出力ファイル。件の順（既定: 標準出力）"),
    ("verify batch --format", "結果の形式"),
    ("verify batch --rejects", "満たされなかった結果の出力ファイル"),
    ("verify batch --resume", "途中で切れた出力ファイルの続きから行う"),
    ("verify batch --jobs", "スレッド数（既定: コア数）"),
    ("verify batch --force", "既存のファイルを置き換える"),
    ("verify batch --trust", "信頼する認証局"),
    ("verify batch --anchor", "このファイルの証明書（DERまたはPEM）だけを信頼する"),
    ("verify batch --hint", "間に入る証明書の候補（DERまたはPEM）。信頼はしない"),
    ("verify batch --policy", "証明書に必要なポリシー（複数ならいずれか）"),
    (
        "verify batch --accept_uncritical",
        "クリティカルでない経路制限も受け入れる（RFC 5280以前の認証局向け）",
    ),
    ("verify batch --at", "確認の対象時刻 2026-10-01T09:30:00Z, 2026-10-01, @秒（既定: 現在）"),
    ("verify batch --crl", "失効リスト（DERまたはPEM）、またはそのフォルダー"),
    ("verify batch --ocsp", "OCSPレスポンス（DER）"),
    ("verify batch --max_age", "この秒数より古い失効情報を使わない（既定: それ自身の期限まで）"),
    ("verify batch --no_revocation", "失効の有無を確認しない"),
    ("pin", "暗証番号を変更する"),
    ("pin change", "知っている暗証番号を変更する"),
    ("pin change --pin", "どの暗証番号か"),
    ("pin repair", "途中で切れた住民基本台帳用暗証番号の変更を仕上げる"),
    ("card", "仮想カードの作成・提供・表示"),
    ("card new", "内蔵の人物またはTOMLファイルから仮想カードを作る"),
    ("card new --person", "内蔵の人物、またはTOMLファイル"),
    ("card new --name", "カードの名前（既定: 人物の名前）"),
    ("card new --quirks", "カードに付ける癖のファイル（TOML）"),
    ("card new --force", "同じ名前のカードを置き換える"),
    ("card serve", "仮想カードをPC/SCサービスに挿し、やり取りを表示する"),
    ("card serve --served", "カード名または内蔵の人物（スロットごとに1枚）"),
    ("card serve --port", "最初の仮想リーダースロットのポート"),
    ("card serve --host", "仮想リーダードライバーのホスト"),
    ("card serve --quirks", "この実行で使う癖のファイル（TOML、動作に関するものだけ有効）"),
    (
        "card serve --hostile",
        "嘘をつく複製を提供する（名前は card hostile --list、名前@NならN番目の命令から）",
    ),
    ("card serve --quiet", "やり取りを表示しない"),
    ("card hostile", "嘘をつくカードの一覧、またはクライアントを全種類に対して試す"),
    ("card hostile --list", "一覧: 何をするカードで、クライアントはどうすべきか"),
    ("card hostile --report", "1枚ずつPC/SCサービスに挿してクライアントを実行し、終わり方を表にする"),
    ("card hostile --only", "名前またはID（A1～A18）で限定する（コンマ区切り）"),
    ("card hostile --limit", "カード1枚あたりのクライアントの制限時間（秒）"),
    ("card hostile --of", "複製の元になるカード"),
    ("card hostile --keep", "クライアントの出力をカードごとに書くフォルダー"),
    ("card hostile --port", "仮想リーダースロットのポート"),
    ("card hostile --host", "仮想リーダードライバーのホスト"),
    ("card hostile --client", "クライアントとその引数"),
    ("card show", "仮想カードの一覧、または1枚を表示する"),
    ("card show --card", "カードの名前"),
    ("card people", "内蔵の人物の一覧"),
    ("card tamper", "チップに改ざんを知らせる。鍵と内容は完全に消去される"),
    ("card tamper --card", "カードの名前"),
    ("readers", "リーダーと中のカードの一覧"),
    ("wait", "マイナンバーカードが置かれるまで待つ"),
    ("wait --removal", "カードが取り外されるまで待つ"),
    ("doctor", "カードが使えない原因を調べる"),
    ("apdu", "APDUをそのまま送る"),
    ("apdu --apdus", "16進数のAPDU。省略時は標準入力または --file の各行"),
    ("apdu --file", "scriptor形式の行のファイル（-: 標準入力）"),
    ("apdu --keep_going", "9000以外のステータスでも続ける"),
    ("demo", "主な働きを内蔵の仮想カードで、可能ならPC/SC経由でも実演する"),
    ("demo --embedded_only", "PC/SCが使えても内蔵カードだけで行う"),
    ("demo --keep", "実演で書いたものを残すフォルダー"),
    ("completions", "シェルの補完を出力する"),
    ("completions --shell", "シェル"),
    ("man", "manページをフォルダーに書く"),
    ("man --folder", "フォルダー"),
];

fn japanese(place: &str) -> Option<&'static str> {
    HELP.iter().chain(desk::DESK).find(|(key, _)| *key == place).map(|(_, text)| *text)
}

/// The same argument list with its help in `language`.
pub(crate) fn localise(command: Command, language: Language) -> Command {
    let command = command.after_long_help(exit_codes(language));
    match language {
        Language::En => command,
        Language::Ja => translate(command, ""),
    }
}

/// The table of exit codes, as it stands at the end of the long help and of the man page.
fn exit_codes(language: Language) -> String {
    let mut out = format!("{}:\n", language.pick("Exit codes", "終了コード"));
    for (exit, en, ja) in TABLE {
        out.push_str(&format!("  {:3}  {}\n", exit.code(), language.pick(en, ja)));
    }
    out
}

fn translate(command: Command, place: &str) -> Command {
    let command = match japanese(place) {
        Some(about) => command.about(about).long_about(about),
        None => command,
    };
    let prefix = if place.is_empty() { String::new() } else { format!("{place} ") };
    command
        .mut_args(|argument| match japanese(&format!("{prefix}--{}", argument.get_id())) {
            Some(help) => argument.help(help).long_help(help),
            None => argument,
        })
        .mut_subcommands(|subcommand| {
            let place = format!("{prefix}{}", subcommand.get_name());
            translate(subcommand, &place)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn places(command: &Command, place: &str, found: &mut Vec<String>) {
        let prefix = if place.is_empty() { String::new() } else { format!("{place} ") };
        found.push(place.to_owned());
        found.extend(command.get_arguments().map(|argument| format!("{prefix}--{}", argument.get_id())));
        for subcommand in command.get_subcommands() {
            places(subcommand, &format!("{prefix}{}", subcommand.get_name()), found);
        }
    }

    #[test]
    fn every_command_and_argument_has_japanese_help_and_no_help_is_left_over() {
        let command = crate::args::Arguments::command();
        command.clone().debug_assert();
        let mut wanted = Vec::new();
        places(&command, "", &mut wanted);
        let missing: Vec<_> = wanted.iter().filter(|place| japanese(place).is_none()).collect();
        assert!(missing.is_empty(), "no Japanese help: {missing:?}");
        let left_over: Vec<_> = HELP
            .iter()
            .chain(desk::DESK)
            .filter(|(place, _)| !wanted.iter().any(|one| one == place))
            .collect();
        assert!(left_over.is_empty(), "help of nothing: {left_over:?}");
    }
}
