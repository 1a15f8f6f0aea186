//! Japanese or English, by `--lang` or the locale.

use std::sync::OnceLock;

/// The language of everything a person reads on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Language {
    /// English
    En,
    /// 日本語
    Ja,
}

static CHOSEN: OnceLock<Language> = OnceLock::new();

impl Language {
    /// The language of the locale: `LC_ALL`, `LC_MESSAGES`, `LANG`, the first that is set.
    pub(crate) fn of_locale() -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(std::env::var_os)
            .find(|value| !value.is_empty());
        match locale {
            Some(value) if value.to_string_lossy().starts_with("ja") => Self::Ja,
            _ => Self::En,
        }
    }

    /// Sets the language of the process; the first call counts.
    pub(crate) fn choose(self) {
        CHOSEN.get_or_init(|| self);
    }

    /// The language of the process.
    pub(crate) fn current() -> Self {
        *CHOSEN.get_or_init(Self::of_locale)
    }

    /// One of two values by language.
    pub(crate) fn pick<T>(self, en: T, ja: T) -> T {
        match self {
            Self::En => en,
            Self::Ja => ja,
        }
    }
}

/// The language that `--lang` asks for: needed before the arguments are parsed, since help and errors are in it.
pub(crate) fn asked_for() -> Option<Language> {
    let mut arguments = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned());
    while let Some(argument) = arguments.next() {
        let value = match argument.strip_prefix("--lang") {
            Some("") => arguments.next()?,
            Some(rest) => rest.strip_prefix('=')?.to_owned(),
            None => continue,
        };
        return match value.as_str() {
            "en" => Some(Language::En),
            "ja" => Some(Language::Ja),
            _ => None,
        };
    }
    None
}

/// Formats a message in the language of the process: `say!("{n} tries left", "残り{n}回")`.
macro_rules! say {
    ($en:literal, $ja:literal $(, $($args:tt)*)?) => {
        match $crate::language::Language::current() {
            $crate::language::Language::En => format!($en $(, $($args)*)?),
            $crate::language::Language::Ja => format!($ja $(, $($args)*)?),
        }
    };
}
pub(crate) use say;
