//! A folder of CRL files.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use mynumber_crypto::asn1;
use mynumber_crypto::certificate::{Name, extension};
use mynumber_crypto::revocation::{Crl, CrlIndex, Offer, Query, Source, SourceError};

use super::pem;

/// The most bytes of a file that is read; a CRL of a million entries has 27 million.
const FILE_LIMIT: u64 = 1 << 30;
/// The most files of a folder; JPKI has two CRLs for each of 1,741 municipalities and each generation.
const FILES: usize = 65_536;

/// A folder of CRL files, DER or PEM, as a [`Source`].
///
/// Files are found by issuer and distribution point; a certificate costs one look at the folder and at the files that
/// are about it, and a file is read again when it has changed. The signature over each CRL is checked once. Large CRLs
/// stay in memory with their index from their first use on.
///
/// Replace files by renaming new ones over them: one that is read while it is being written is refused until it is whole.
pub struct Directory {
    folder: PathBuf,
    state: Mutex<State>,
}

/// A file that is no CRL that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it; `None` when it could not be read, is too long, or is neither DER nor PEM.
    pub error: Option<asn1::Error>,
}

#[derive(Default)]
struct State {
    folder: Option<Stamp>,
    files: Vec<File>,
}

struct File {
    path: PathBuf,
    stamp: Stamp,
    lists: Vec<List>,
    refused: Option<Option<asn1::Error>>,
}

/// What tells that a file has changed.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    #[cfg(unix)]
    inode: u64,
}

type Index = Arc<RwLock<CrlIndex<Vec<u8>>>>;

/// One CRL of a file.
struct List {
    /// `None` when the frame could not be read: such a list is offered to everybody, who will refuse it.
    names: Option<Names>,
    content: Content,
}

struct Names {
    issuer: Vec<u8>,
    /// The directory names of its distribution point; empty for a list of everything, or for points named otherwise.
    points: Vec<Vec<u8>>,
}

#[derive(Clone)]
enum Content {
    /// Not indexed yet, or not possible to index.
    Bytes(Arc<[u8]>),
    Index(Index),
}

impl Directory {
    /// Looks through the files of a folder. Files that are no CRLs do not stop that: see [`Directory::refused`].
    ///
    /// # Errors
    /// When the folder cannot be listed, or holds more than 65,536 files.
    pub fn open(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        let mut state = State::default();
        state.refresh(&folder)?;
        Ok(Self { folder, state: Mutex::new(state) })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files that are no CRLs that can be used, as of the last look.
    #[must_use]
    pub fn refused(&self) -> Vec<Refused> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state
            .files
            .iter()
            .filter_map(|file| Some(Refused { path: file.path.clone(), error: file.refused? }))
            .collect()
    }

    /// The number of CRLs, as of the last look.
    #[must_use]
    pub fn len(&self) -> usize {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.files.iter().flat_map(|file| &file.lists).filter(|list| list.names.is_some()).count()
    }

    /// Whether there is no CRL.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What may be about the certificate, up to date.
    fn candidates(&self, query: &Query<'_>) -> io::Result<Vec<Content>> {
        // A certificate without distribution points belongs to its issuer's name (RFC 5280 §6.3.3).
        let mut points = query.distribution_points().unwrap_or_default();
        // One whose points are named otherwise (by address, or relative to the issuer) may be on any of the issuer's lists.
        let extensions = query.certificate().extensions();
        let named_otherwise =
            points.is_empty() && extensions.find(extension::CRL_DISTRIBUTION_POINTS).is_some();
        if points.is_empty() {
            points.push(query.issuer().name());
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.refresh(&self.folder)?;
        let mut found = Vec::new();
        for file in &mut state.files {
            let about = |list: &List| {
                list.names.as_ref().is_none_or(|names| {
                    names.may_be_about(query, &points)
                        || (named_otherwise && is(&names.issuer, &query.issuer().name()))
                })
            };
            if !file.lists.iter().any(about) {
                continue;
            }
            // Cheap enough for the few that are left: one that was written over is read again.
            file.refresh();
            for list in file.lists.iter_mut().filter(|list| about(list)) {
                list.build_index();
                found.push(list.content.clone());
            }
        }
        Ok(found)
    }
}

impl Source for Directory {
    fn offer(&self, query: &Query<'_>, take: &mut dyn FnMut(Offer<'_>)) -> Result<(), SourceError> {
        for content in self.candidates(query).map_err(|_| SourceError)? {
            match content {
                Content::Bytes(bytes) => take(Offer::Crl(&bytes)),
                Content::Index(index) => {
                    let issuer = query.issuer();
                    if !index.read().unwrap_or_else(PoisonError::into_inner).is_settled(issuer) {
                        // What came out is remembered with the index, and told when it is looked at.
                        let _ = index.write().unwrap_or_else(PoisonError::into_inner).prove(issuer);
                    }
                    take(Offer::Index(index.read().unwrap_or_else(PoisonError::into_inner).by_ref()));
                }
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for Directory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Directory").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl State {
    /// Lists the folder again if files came or went.
    fn refresh(&mut self, folder: &Path) -> io::Result<()> {
        let stamp = Stamp::of(&fs::metadata(folder)?);
        if self.folder == Some(stamp) {
            return Ok(());
        }
        let mut before: std::collections::HashMap<PathBuf, File> =
            std::mem::take(&mut self.files).into_iter().map(|file| (file.path.clone(), file)).collect();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if !fs::metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
                continue;
            }
            if self.files.len() == FILES {
                return Err(io::Error::other("more than 65,536 files in a folder of CRLs"));
            }
            let mut file = before.remove(&path).unwrap_or_else(|| File::new(path));
            file.refresh();
            self.files.push(file);
        }
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self.folder = Some(stamp);
        Ok(())
    }
}

impl File {
    const fn new(path: PathBuf) -> Self {
        Self { path, stamp: Stamp::NONE, lists: Vec::new(), refused: None }
    }

    /// Reads the file if it has changed since.
    fn refresh(&mut self) {
        let metadata = fs::metadata(&self.path);
        let stamp = metadata.as_ref().map_or(Stamp::NONE, Stamp::of);
        if stamp == self.stamp && stamp != Stamp::NONE {
            return;
        }
        self.stamp = stamp;
        self.lists.clear();
        let content = match metadata {
            Ok(metadata) if metadata.len() <= FILE_LIMIT => fs::read(&self.path).ok().and_then(pem::split),
            _ => None,
        };
        self.refused = if content.is_some() { None } else { Some(None) };
        for bytes in content.unwrap_or_default() {
            let names = match Crl::parse(&bytes) {
                Ok(crl) => Some(Names {
                    issuer: crl.issuer().raw().to_vec(),
                    points: crl.distribution_points().map(|name| name.raw().to_vec()).collect(),
                }),
                Err(error) => {
                    self.refused = Some(Some(error));
                    None
                }
            };
            self.lists.push(List { names, content: Content::Bytes(bytes.into()) });
        }
    }
}

impl List {
    /// Turns the bytes into an index. A list that refuses stays as it is, and is refused again by who looks at it.
    fn build_index(&mut self) {
        if let (Content::Bytes(bytes), Some(_)) = (&self.content, &self.names)
            && let Ok(index) = CrlIndex::build(bytes.to_vec())
        {
            self.content = Content::Index(Arc::new(RwLock::new(index)));
        }
    }
}

impl Names {
    fn may_be_about(&self, query: &Query<'_>, points: &[Name<'_>]) -> bool {
        is(&self.issuer, &query.issuer().name())
            && (self.points.is_empty()
                || self.points.iter().any(|ours| points.iter().any(|theirs| is(ours, theirs))))
    }
}

/// Whether the DER of a name is this name.
fn is(raw: &[u8], name: &Name<'_>) -> bool {
    raw == name.raw() || Name::from_der(raw).is_ok_and(|raw| raw.matches(name))
}

impl Stamp {
    const NONE: Self = Self {
        length: u64::MAX,
        modified: None,
        #[cfg(unix)]
        inode: 0,
    };

    fn of(metadata: &Metadata) -> Self {
        Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            inode: std::os::unix::fs::MetadataExt::ino(metadata),
        }
    }
}

#[cfg(test)]
#[path = "directory_tests.rs"]
mod tests;
