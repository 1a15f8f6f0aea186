//! What every command of the desk gets: the store, who does it, and when.

use std::path::{Path, PathBuf};

use mynumber::applet::Date;
use mynumber::crypto::UnixTime;
use mynumber::issuance::audit::Clerk;
use mynumber::issuance::lifecycle::{Actor, State};
use mynumber::issuance::store::{By, Case, Sqlite, Store, StoreError};
use mynumber::issuance::validity::date_in_japan;

use zeroize::Zeroizing;

use super::words;
use crate::args::DeskCommon;
use crate::cards;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs;
use crate::language::say;
use crate::output::notice;
use crate::run::Run;

/// How many cases are read at once.
const PIECE: u32 = 1000;

/// One run of a command of the desk.
pub(super) struct Office<'a> {
    pub(super) run: &'a Run,
    common: &'a DeskCommon,
    now: UnixTime,
    started: UnixTime,
}

impl<'a> Office<'a> {
    pub(super) fn new(run: &'a Run, common: &'a DeskCommon) -> Self {
        let started = cards::now();
        Self { run, common, now: common.at.unwrap_or(started), started }
    }

    /// When it is done.
    pub(super) const fn now(&self) -> UnixTime {
        self.now
    }

    /// A time of the machine's clock on the clock of --at.
    pub(super) fn passed(&self, machine: UnixTime) -> UnixTime {
        let since = machine.seconds().saturating_sub(self.started.seconds());
        UnixTime::from_seconds(self.now.seconds().saturating_add(since))
    }

    /// The day in Japan on which it is done.
    pub(super) fn today(&self) -> Result<Date, Failure> {
        date_in_japan(self.now).ok_or_else(|| words::of_store(&StoreError::Time))
    }

    /// Who does it, in which part.
    pub(super) fn by(&self, actor: Actor) -> Result<By, Failure> {
        let named = self.common.clerk.clone();
        let name = named.or_else(|| {
            ["LOGNAME", "USER"]
                .into_iter()
                .find_map(|name| std::env::var(name).ok())
                .filter(|name| !name.is_empty())
        });
        let clerk = name.as_deref().and_then(Clerk::parse).ok_or_else(|| {
            Failure::new(
                Exit::BadInput,
                say!(
                    "the audit log needs a name that begins with a letter and goes on with letters, digits and hyphens",
                    "監査ログには、英字で始まる英数字とハイフンの担当者名が必要です"
                ),
            )
            .advise(say!("say who you are with --clerk NAME", "--clerk NAME で指定してください"))
        })?;
        Ok(By { clerk, actor, at: self.now })
    }

    fn path(&self) -> Result<PathBuf, Failure> {
        match &self.common.store {
            Some(path) => Ok(path.clone()),
            None => Ok(cards::Store::of(self.run)?.folder().join("desk.db")),
        }
    }

    /// The store, which has to be there.
    pub(super) fn store(&self) -> Result<Box<dyn Store>, Failure> {
        match &self.common.database {
            Some(file) => database(file),
            None => Ok(Box::new(self.existing()?)),
        }
    }

    /// The store, made when there is none: only an application makes one.
    pub(super) fn store_for_applications(&self) -> Result<Box<dyn Store>, Failure> {
        if let Some(file) = &self.common.database {
            return database(file);
        }
        let path = self.path()?;
        if !path.exists() {
            let shown = path.display();
            notice(&say!("making the store {shown}", "保存先 {shown} を作成します"));
            if self.common.store.is_none()
                && let Some(folder) = path.parent()
            {
                std::fs::create_dir_all(folder).map_err(|error| {
                    let folder = folder.display();
                    Failure::new(
                        Exit::OutputFailed,
                        say!(
                            "cannot make the folder {folder}: {error}",
                            "フォルダー {folder} を作れません: {error}"
                        ),
                    )
                })?;
            }
        }
        Ok(Box::new(Sqlite::open(&path).map_err(|error| unusable(&path, &error))?))
    }

    fn existing(&self) -> Result<Sqlite, Failure> {
        let path = self.path()?;
        if !path.exists() {
            let shown = path.display();
            return Err(Failure::new(
                Exit::StoreUnusable,
                say!("there is no store {shown}", "保存先 {shown} がありません"),
            )
            .advise(say!(
                "name it with --store; `mynumber desk apply` makes a new one",
                "--store で指定してください。新しい保存先は `mynumber desk apply` が作ります"
            )));
        }
        Sqlite::open(&path).map_err(|error| unusable(&path, &error))
    }

    /// Copies the store while others go on working.
    pub(super) fn back_up(&self, to: &Path) -> Result<(), Failure> {
        if self.common.database.is_some() {
            return Err(Failure::new(
                Exit::Unsupported,
                say!("a database is backed up by its server", "データベースはサーバー側で複製します"),
            )
            .advise(say!("use pg_dump", "pg_dump を使ってください")));
        }
        self.existing()?.back_up(to).map_err(|error| match error {
            StoreError::Exists => {
                let shown = to.display();
                Failure::new(
                    Exit::OutputFailed,
                    say!(
                        "{shown} exists; a backup goes into a new file",
                        "{shown} は既に存在します。新しいファイルを指定してください"
                    ),
                )
            }
            other => unusable(to, &other),
        })
    }
}

/// The longest file with a connection, in bytes.
const CONNECTION: u64 = 4096;

/// The store in a database; the file may hold a password, so nothing of it is shown.
fn database(file: &Path) -> Result<Box<dyn Store>, Failure> {
    let bytes = Zeroizing::new(inputs::read(file, CONNECTION)?);
    let text = std::str::from_utf8(&bytes).map_err(|_| inputs::unusable(file, "UTF-8?"))?;
    connect(file, text.trim())
}

#[cfg(feature = "postgres")]
fn connect(file: &Path, parameters: &str) -> Result<Box<dyn Store>, Failure> {
    let store = mynumber::issuance::store::Postgres::open(parameters);
    Ok(Box::new(store.map_err(|error| unusable(file, &error))?))
}

#[cfg(not(feature = "postgres"))]
fn connect(_: &Path, _: &str) -> Result<Box<dyn Store>, Failure> {
    Err(Failure::new(
        Exit::Unsupported,
        say!("this program was built without PostgreSQL", "このプログラムはPostgreSQLなしで作られています"),
    )
    .advise(say!("build it with --features postgres", "--features postgres でビルドしてください")))
}

/// A store that cannot be opened.
fn unusable(path: &Path, error: &StoreError) -> Failure {
    let shown = path.display();
    let failure = words::of_store(error);
    let message = failure.message();
    let told = Failure::new(failure.exit(), say!("{shown}: {message}", "{shown}: {message}"));
    match failure.advice() {
        Some(advice) => told.advise(advice.to_owned()),
        None => told,
    }
}

/// Goes through all cases in a state.
pub(super) fn each_case(
    store: &mut dyn Store,
    state: State,
    mut each: impl FnMut(&mut dyn Store, Case) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut after = 0;
    loop {
        let cases = store.cases(state, after, PIECE).map_err(|error| words::of_store(&error))?;
        let Some(last) = cases.last() else { return Ok(()) };
        after = last.number;
        for case in cases {
            each(store, case)?;
        }
    }
}
