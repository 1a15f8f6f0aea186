//! Storage whose power fails on purpose.

use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

use super::{MemoryStorage, Storage, StorageError};

/// How the power fails at one write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Before anything is written.
    Before,
    /// When half the bytes are written.
    Tear,
    /// When all is written and not yet durable: the bytes are lost.
    DropUnsynced,
    /// When all is written and durable, before the card learns so.
    After,
}

impl Cut {
    /// Every way.
    pub const ALL: [Self; 4] = [Self::Before, Self::Tear, Self::DropUnsynced, Self::After];
}

/// Storage in memory whose power fails at a chosen write; from then on everything fails with
/// [`StorageError::PowerLost`]. What survived is had from [`PowerCut::survivor`].
///
/// For tests of what a card promises when it is pulled out of the reader.
#[derive(Clone, Debug)]
pub struct PowerCut {
    memory: MemoryStorage,
    plan: Arc<Mutex<Plan>>,
}

#[derive(Debug)]
struct Plan {
    cut: Option<(usize, Cut)>,
    writes: usize,
    lost: bool,
}

impl PowerCut {
    /// Storage over these bytes whose power never fails by itself.
    #[must_use]
    pub fn over(memory: MemoryStorage) -> Self {
        Self { memory, plan: Arc::new(Mutex::new(Plan { cut: None, writes: 0, lost: false })) }
    }

    /// Plans a cut: at write `index` from now on, counted from zero.
    pub fn plan(&self, index: usize, cut: Cut) {
        self.with(|plan| *plan = Plan { cut: Some((index, cut)), writes: 0, lost: false });
    }

    /// How many writes were begun since the last plan.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.with(|plan| plan.writes)
    }

    /// Whether the power has failed.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.with(|plan| plan.lost)
    }

    /// What is left, to be opened again.
    #[must_use]
    pub fn survivor(&self) -> MemoryStorage {
        self.memory.clone()
    }

    fn with<T>(&self, act: impl FnOnce(&mut Plan) -> T) -> T {
        act(&mut self.plan.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The cut of the write that begins now, if it has one.
    fn begin(&self) -> Result<Option<Cut>, StorageError> {
        self.with(|plan| {
            if plan.lost {
                return Err(StorageError::PowerLost);
            }
            let cut = plan.cut.filter(|(index, _)| *index == plan.writes).map(|(_, cut)| cut);
            plan.writes += 1;
            plan.lost = cut.is_some();
            Ok(cut)
        })
    }
}

impl Storage for PowerCut {
    fn read(&mut self) -> Result<Zeroizing<Vec<u8>>, StorageError> {
        if self.is_lost() { Err(StorageError::PowerLost) } else { self.memory.read() }
    }

    fn append(&mut self, at: usize, record: &[u8]) -> Result<(), StorageError> {
        match self.begin()? {
            None => return self.memory.append(at, record),
            Some(Cut::Before | Cut::DropUnsynced) => {}
            Some(Cut::Tear) => {
                self.memory.append(at, record.get(..record.len() / 2).unwrap_or_default())?;
            }
            Some(Cut::After) => self.memory.append(at, record)?,
        }
        Err(StorageError::PowerLost)
    }

    fn replace(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        match self.begin()? {
            None => return self.memory.replace(bytes),
            // The new bytes go to a file aside: torn or unsynced, it never took the name.
            Some(Cut::Before | Cut::Tear | Cut::DropUnsynced) => {}
            Some(Cut::After) => self.memory.replace(bytes)?,
        }
        Err(StorageError::PowerLost)
    }
}
