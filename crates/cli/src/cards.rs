//! The virtual cards of this user: one file per card, one test authority for all of them.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use indicatif::ProgressBar;
use mynumber::Slot;
use mynumber::crypto::UnixTime;
use mynumber::issuance::person::{Person, Secrets, built_in};
use mynumber::issuance::pki::{Store as AuthorityStore, StoreError};
use mynumber::issuance::{TestAuthority, personalise};
use mynumber::transport::Fault;
use mynumber::virtual_card::{FileStorage, OpenError, Quirks, StorageError, VirtualCard};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::say;
use crate::run::Run;

/// The built-in person behind `--reader virtual`.
pub(crate) const DEFAULT_PERSON: &str = "taro";

/// Where the cards are.
pub(crate) struct Store {
    folder: PathBuf,
}

/// What a card is made of.
pub(crate) struct Order {
    pub(crate) name: String,
    pub(crate) person: Person,
    pub(crate) secrets: Secrets,
    /// The text of a quirks file.
    pub(crate) quirks: Option<String>,
    pub(crate) replace: bool,
}

impl Store {
    /// The folder of `--cards`, or the user's data folder.
    pub(crate) fn of(run: &Run) -> Result<Self, Failure> {
        if let Some(folder) = &run.common.cards {
            return Ok(Self { folder: folder.clone() });
        }
        let base = std::env::var_os("XDG_DATA_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| std::env::home_dir().map(|home| home.join(".local/share")));
        match base {
            Some(base) => Ok(Self { folder: base.join("mynumber") }),
            None => Err(Failure::new(
                Exit::BadInput,
                say!(
                    "no folder for virtual cards is known; give one with --cards",
                    "仮想カードのフォルダーが不明です。--cards で指定してください"
                ),
            )),
        }
    }

    /// A store in this folder.
    pub(crate) fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The card of this name, in a slot; a built-in person's is made when it is not there yet.
    pub(crate) fn slot(&self, name: &str) -> Result<Slot, Failure> {
        self.slot_with(name, None)
    }

    /// As [`Store::slot`], with these peculiarities of behaviour in the place of the card's own.
    pub(crate) fn slot_with(&self, name: &str, quirks: Option<&Quirks>) -> Result<Slot, Failure> {
        let path = self.path(name)?;
        if !path.exists() {
            let Some(person) = built_in::find(name) else {
                return Err(Failure::new(
                    Exit::BadInput,
                    say!("there is no virtual card {name}", "仮想カード {name} はありません"),
                )
                .advise(say!(
                    "`mynumber card people` lists the built-in people; `mynumber card new FILE.toml` makes any other",
                    "内蔵の人物は `mynumber card people`、その他は `mynumber card new FILE.toml` で作れます"
                )));
            };
            let secrets = Secrets::documented()?;
            self.make(Order { name: name.to_owned(), person, secrets, quirks: None, replace: false })?;
        }
        let storage = FileStorage::open(&path).map_err(|error| storage_failure(name, &error))?;
        let card = VirtualCard::open(storage, mynumber::system_random())
            .map_err(|error| open_failure(name, &error))?;
        let own = if quirks.is_none() { self.quirks(name)? } else { None };
        let card = match quirks.cloned().or(own) {
            Some(quirks) => card.with_quirks(quirks, std::thread::sleep),
            None => card,
        };
        Ok(Slot::new(card))
    }

    /// Makes a card.
    pub(crate) fn make(&self, order: Order) -> Result<(), Failure> {
        let path = self.path(&order.name)?;
        if path.exists() && !order.replace {
            let name = order.name;
            return Err(Failure::new(
                Exit::OutputFailed,
                say!(
                    "there is a card {name} already; use --force to replace it",
                    "カード {name} は既にあります。置き換えるには --force を指定してください"
                ),
            ));
        }
        free(&path, &order.name)?;
        let quirks = order.quirks.as_deref().map(parse_quirks).transpose()?;
        let spinner = ProgressBar::new_spinner()
            .with_message(say!("making keys and certificates", "鍵と証明書を生成中"));
        spinner.enable_steady_tick(std::time::Duration::from_millis(120));
        let now = now();
        let mut random = mynumber::system_random();
        let authority = self.authority(now)?;
        let mut image = personalise(&authority, &order.person, &order.secrets, now, &mut random)
            .map_err(|error| bad_input(&error))?;
        if let Some(quirks) = &quirks {
            quirks.shape(&mut image);
        }
        make_folder(&self.cards())?;
        if order.replace {
            free(&path, &order.name)?;
            remove(&path)?;
        }
        let storage = FileStorage::create(&path).map_err(|error| storage_failure(&order.name, &error))?;
        VirtualCard::new(image, storage, random).map_err(|error| open_failure(&order.name, &error))?;
        match order.quirks {
            Some(text) => write(&self.quirks_path(&order.name), &text)?,
            None => remove(&self.quirks_path(&order.name))?,
        }
        spinner.finish_and_clear();
        Ok(())
    }

    /// Where the file of a card is or is to be, in a folder that is there.
    pub(crate) fn place(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.path(name)?;
        make_folder(&self.cards())?;
        Ok(path)
    }

    /// The names of the cards that are there, in order.
    pub(crate) fn names(&self) -> Result<Vec<String>, Failure> {
        let entries = match std::fs::read_dir(self.cards()) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(|error| bad_input(&error))?,
        };
        let mut names: Vec<String> = entries
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "card"))
            .filter_map(|path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()))
            .collect();
        names.sort();
        Ok(names)
    }

    /// The test authority of this folder; made when it is not there yet.
    pub(crate) fn authority(&self, now: UnixTime) -> Result<TestAuthority, Failure> {
        let store = AuthorityStore::new(self.folder.join("authority"));
        match store.load() {
            Err(StoreError::Absent { .. }) => {}
            other => return other.map_err(|error| bad_input(&error)),
        }
        let authority = TestAuthority::generate(now, &mut mynumber::system_random())
            .map_err(|error| bad_input(&error))?;
        match store.save(&authority) {
            Ok(()) => Ok(authority),
            // Another process was quicker: its authority counts.
            Err(StoreError::Exists { .. }) => store.load().map_err(|error| bad_input(&error)),
            Err(error) => Err(bad_input(&error)),
        }
    }

    /// The test authority of this folder, if there is one.
    pub(crate) fn existing_authority(&self) -> Result<TestAuthority, Failure> {
        AuthorityStore::new(self.folder.join("authority")).load().map_err(|error| bad_input(&error))
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn cards(&self) -> PathBuf {
        self.folder.join("cards")
    }

    fn path(&self, name: &str) -> Result<PathBuf, Failure> {
        let good = !name.is_empty()
            && name.len() <= 64
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if !good {
            return Err(Failure::new(
                Exit::BadInput,
                say!(
                    "a card's name has 1 to 64 letters, digits, - and _",
                    "カード名は英数字と - _ の1～64文字です"
                ),
            ));
        }
        Ok(self.cards().join(format!("{name}.card")))
    }

    fn quirks_path(&self, name: &str) -> PathBuf {
        self.cards().join(format!("{name}.quirks.toml"))
    }

    /// What goes wrong on the wire of the embedded card: the lines `INDEX FAULT` of a file beside it, counted from
    /// exchange 0 ([`Fault`] has the words).
    pub(crate) fn faults(&self, name: &str) -> Result<Vec<(usize, Fault)>, Failure> {
        let text = match std::fs::read_to_string(self.cards().join(format!("{name}.faults"))) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(|error| bad_input(&error))?,
        };
        parse_faults(&text).ok_or_else(|| {
            Failure::new(
                Exit::BadInput,
                say!(
                    "{name}.faults: each line is the index of an exchange and a fault, as `3 removed after`",
                    "{name}.faults: 各行は交信の番号と障害です（例 `3 removed after`）"
                ),
            )
        })
    }

    fn quirks(&self, name: &str) -> Result<Option<Quirks>, Failure> {
        match std::fs::read_to_string(self.quirks_path(name)) {
            Ok(text) => parse_quirks(&text).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(bad_input(&error)),
        }
    }
}

/// Reads the text of a faults file.
fn parse_faults(text: &str) -> Option<Vec<(usize, Fault)>> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let fault = |line: &str| {
        let (index, fault) = line.split_once(char::is_whitespace)?;
        Some((index.parse().ok()?, fault.parse().ok()?))
    };
    lines.filter(|line| !line.is_empty()).map(fault).collect()
}

/// The time of the system.
pub(crate) fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixTime::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// Reads the text of a quirks file.
pub(crate) fn parse_quirks(text: &str) -> Result<Quirks, Failure> {
    Quirks::from_toml(text).map_err(|error| bad_input(&error))
}

fn make_folder(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| {
        let shown = folder.display();
        Failure::new(
            Exit::OutputFailed,
            say!("cannot make the folder {shown}: {error}", "フォルダー {shown} を作れません: {error}"),
        )
    })
}

/// A card that another program holds is not taken away under it; a damaged one may be.
fn free(path: &Path, name: &str) -> Result<(), Failure> {
    match FileStorage::open(path) {
        Err(error @ StorageError::InUse) => Err(storage_failure(name, &error)),
        _ => Ok(()),
    }
}

fn remove(path: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(bad_input(&error)),
        _ => Ok(()),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    crate::files::Destination::new(Some(path), true).write(text.as_bytes())
}

fn bad_input(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::BadInput, say!("{error}", "{error}"))
}

fn storage_failure(name: &str, error: &StorageError) -> Failure {
    let exit = if matches!(error, StorageError::InUse) { Exit::CardInUse } else { Exit::BadInput };
    Failure::new(exit, say!("the virtual card {name}: {error}", "仮想カード {name}: {error}"))
}

fn open_failure(name: &str, error: &OpenError) -> Failure {
    Failure::new(Exit::BadInput, say!("the virtual card {name}: {error}", "仮想カード {name}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_lines_of_index_and_fault() {
        let faults = parse_faults("# at the log-out\n\n4 removed after # pulled\n0 status 6F00\n").unwrap();
        let shown: Vec<String> = faults.iter().map(|(at, fault)| format!("{at} {fault}")).collect();
        assert_eq!(shown, ["4 removed after", "0 status 6F00"]);
        assert!(
            ["x removed after", "removed after", "4 burnt", "4"]
                .iter()
                .all(|text| parse_faults(text).is_none())
        );
    }
}
