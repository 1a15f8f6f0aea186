//! Output files: written aside and renamed, so that a reader never sees half of one.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::say;

/// Where a command's product goes.
#[derive(Clone, Debug)]
pub(crate) enum Destination {
    Stdout,
    File { path: PathBuf, replace: bool },
}

impl Destination {
    /// `-` or nothing is standard output.
    pub(crate) fn new(path: Option<&Path>, replace: bool) -> Self {
        match path {
            None => Self::Stdout,
            Some(path) if path == Path::new("-") => Self::Stdout,
            Some(path) => Self::File { path: path.to_owned(), replace },
        }
    }

    /// Refuses early what would fail late: an existing file without `--force`, a folder that is not there.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let Self::File { path, replace } = self else { return Ok(()) };
        let shown = path.display();
        if !replace && path.symlink_metadata().is_ok() {
            return Err(Failure::new(
                Exit::OutputFailed,
                say!(
                    "{shown} exists; use --force to replace it",
                    "{shown} は既に存在します。置き換えるには --force を指定してください"
                ),
            ));
        }
        let folder = folder_of(path);
        if !folder.is_dir() {
            let folder = folder.display();
            return Err(Failure::new(
                Exit::OutputFailed,
                say!("the folder {folder} does not exist", "フォルダー {folder} がありません"),
            ));
        }
        Ok(())
    }

    /// Writes everything or nothing.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::Stdout => {
                let mut out = std::io::stdout().lock();
                out.write_all(bytes)
                    .and_then(|()| out.flush())
                    .map_err(|error| output_failed("stdout", &error))
            }
            Self::File { path, replace } => {
                let shown = path.display().to_string();
                let failed = |error: &std::io::Error| output_failed(&shown, error);
                let mut file =
                    tempfile::NamedTempFile::new_in(folder_of(path)).map_err(|error| failed(&error))?;
                file.write_all(bytes)
                    .and_then(|()| file.as_file().sync_all())
                    .map_err(|error| failed(&error))?;
                let kept = if *replace { file.persist(path) } else { file.persist_noclobber(path) };
                kept.map(drop).map_err(|error| failed(&error.error))
            }
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn output_failed(name: &str, error: &std::io::Error) -> Failure {
    Failure::new(Exit::OutputFailed, say!("cannot write {name}: {error}", "{name} に書き込めません: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i3_an_existing_file_is_kept_and_no_partial_file_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("certificate.der");
        let fresh = Destination::new(Some(&path), false);
        fresh.check().expect("nothing in the way");
        fresh.write(b"one").expect("written");
        assert!(fresh.check().is_err() && fresh.write(b"two").is_err());
        assert_eq!(std::fs::read(&path).expect("there"), b"one");
        Destination::new(Some(&path), true).write(b"two").expect("replaced");
        assert_eq!(std::fs::read(&path).expect("there"), b"two");
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1);
        assert!(Destination::new(Some(&folder.path().join("no/where")), false).check().is_err());
    }
}
