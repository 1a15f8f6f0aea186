//! Wrong arguments told, in both languages, without repeating a value: it may be a PIN that stands where none belongs.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::say;
use crate::output::Format;

/// Prints help or version where that was asked for, else what is wrong, and gives the exit code.
pub(crate) fn tell(error: &clap::Error) -> Exit {
    let asked_for_help = !error.use_stderr();
    if asked_for_help || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return match error.print() {
            Err(_) => Exit::OutputFailed,
            Ok(()) if asked_for_help => Exit::Success,
            Ok(()) => Exit::Usage,
        };
    }
    let mut failure = Failure::new(Exit::Usage, message(error));
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        failure = failure.advise(usage.to_string());
    }
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    let format = if wants_json { Format::Json } else { Format::Text };
    format.print_failure(&failure);
    Exit::Usage
}

fn message(error: &clap::Error) -> String {
    let argument = named(error, ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::UnknownArgument => match argument.filter(|name| name.starts_with('-')) {
            Some(name) => {
                say!("there is no option {name} here", "{name} というオプションはここにはありません")
            }
            None => say!(
                "one argument too many (not shown: a PIN never belongs into the arguments)",
                "余分な引数があります（暗証番号は引数に書かないでください。内容は表示しません）"
            ),
        },
        ErrorKind::InvalidSubcommand => match named(error, ContextKind::SuggestedSubcommand) {
            Some(like) => {
                say!("there is no such command; is {like} meant?", "そのコマンドはありません。{like} ですか")
            }
            None => say!("there is no such command", "そのコマンドはありません"),
        },
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let argument = argument.unwrap_or_default();
            let possible = named(error, ContextKind::ValidValue).unwrap_or_default();
            match possible.as_str() {
                "" => say!("the value of {argument} cannot be used", "{argument} の値が正しくありません"),
                list => say!("{argument} is one of: {list}", "{argument} は次のいずれかです: {list}"),
            }
        }
        ErrorKind::MissingRequiredArgument => {
            let argument = argument.unwrap_or_default();
            say!("{argument} is missing", "{argument} がありません")
        }
        ErrorKind::ArgumentConflict => {
            let argument = argument.unwrap_or_default();
            let other = named(error, ContextKind::PriorArg).unwrap_or_default();
            say!("{argument} does not go with {other}", "{argument} は {other} と一緒に使えません")
        }
        ErrorKind::MissingSubcommand => say!("a command is missing", "コマンドがありません"),
        other => say!("wrong arguments: {other}", "引数の誤り: {other}"),
    }
}

/// What clap calls by name: options, arguments of ours, values that we offer. Never what was typed as a value.
fn named(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.split('=').next().unwrap_or_default().to_owned()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        _ => None,
    }
}
