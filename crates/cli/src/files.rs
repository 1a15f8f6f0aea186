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
        if path.is_dir() {
            return Err(Failure::new(
                Exit::OutputFailed,
                say!("{shown} is a folder", "{shown} はフォルダーです"),
            ));
        }
        // May files be made there at all? Better told now than after a PIN was asked for.
        tempfile::NamedTempFile::new_in(folder)
            .map(drop)
            .map_err(|error| output_failed(&shown.to_string(), &error))
    }

    /// Whether this is a file, not standard output.
    pub(crate) const fn is_file(&self) -> bool {
        matches!(self, Self::File { .. })
    }

    /// Gives a file made by [`aside`] its name.
    pub(crate) fn keep(&self, file: tempfile::NamedTempFile) -> Result<(), Failure> {
        match self {
            Self::Stdout => {
                let bytes = std::fs::File::open(file.path())
                    .and_then(|mut source| std::io::copy(&mut source, &mut std::io::stdout().lock()));
                bytes.map(drop).map_err(|error| output_failed("stdout", &error))
            }
            Self::File { path, replace } => {
                file.as_file().sync_all().map_err(|error| failed(path, &error))?;
                let kept = if *replace { file.persist(path) } else { file.persist_noclobber(path) };
                kept.map(drop).map_err(|error| failed(path, &error.error))
            }
        }
    }

    /// Writes everything or nothing.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        write_all(&[(self, bytes)])
    }
}

/// Writes all of several products or none: each file is complete on the disk before the first gets its name.
///
/// A file that was replaced with `--force` before a later name failed stays replaced.
pub(crate) fn write_all(products: &[(&Destination, &[u8])]) -> Result<(), Failure> {
    let mut staged = Vec::new();
    for (destination, bytes) in products {
        if let Destination::File { path, replace } = destination {
            let file = stage(path, bytes).map_err(|error| failed(path, &error))?;
            staged.push((file, path, *replace));
        }
    }
    let mut made: Vec<&Path> = Vec::new();
    for (file, path, replace) in staged {
        let kept = if replace { file.persist(path) } else { file.persist_noclobber(path) };
        if let Err(error) = kept {
            for path in made {
                let _ = std::fs::remove_file(path);
            }
            return Err(failed(path, &error.error));
        }
        if !replace {
            made.push(path);
        }
    }
    for (destination, bytes) in products {
        if !destination.is_file() {
            let mut out = std::io::stdout().lock();
            out.write_all(bytes)
                .and_then(|()| out.flush())
                .map_err(|error| output_failed("stdout", &error))?;
        }
    }
    Ok(())
}

/// A file in the folder of another, without its name yet.
pub(crate) fn aside(path: &Path) -> Result<tempfile::NamedTempFile, Failure> {
    tempfile::NamedTempFile::new_in(folder_of(path)).map_err(|error| failed(path, &error))
}

fn stage(path: &Path, bytes: &[u8]) -> std::io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::NamedTempFile::new_in(folder_of(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    output_failed(&path.display().to_string(), error)
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
        assert!(Destination::new(Some(folder.path()), true).check().is_err(), "a folder is no file");
    }

    #[test]
    fn i3_of_several_files_all_are_written_or_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let (first, second) = (folder.path().join("first"), folder.path().join("second"));
        std::fs::write(&second, b"old").expect("written");
        let products = [Destination::new(Some(&first), false), Destination::new(Some(&second), false)];
        let [a, b] = &products;
        assert!(write_all(&[(a, b"1"), (b, b"2")]).is_err());
        assert!(!first.exists() && std::fs::read(&second).expect("there") == b"old");
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1);
    }
}
