//! What the feeding thread and the workers share: the items that wait, and the results that wait for their turn.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Entry, Rejection};

/// The longest that a result waits for its call, and that a cancelled batch goes on reading.
const LONGEST_WAIT: Duration = Duration::from_millis(50);

/// Items move several at once where checking them is so quick that the lock would be felt: this many at most, while the
/// last ones of a worker took less than this time, and no more than this part of what waits.
const MOST_AT_ONCE: usize = 8;
const QUICK: Duration = Duration::from_millis(2);
const SHARES: usize = 16;

/// One lock for both directions: a worker hands its results in and takes its next items in one go.
pub(super) struct Queue<T, A, R> {
    state: Mutex<State<T, A, R>>,
    /// There are items for a worker, or no more will come.
    work: Condvar,
    /// There is something for the feeding thread to do.
    progress: Condvar,
    window: usize,
}

struct State<T, A, R> {
    /// Items that no worker has begun, in order.
    waiting: VecDeque<(u64, T)>,
    /// One place for each item that is read and not taken back; `None`: not yet checked.
    results: VecDeque<Option<Entry<T, A, R>>>,
    /// The number of the first place.
    first: u64,
    /// Items that workers check now.
    busy: usize,
    /// Workers that wait for an item.
    idle: usize,
    /// No more items will come.
    closed: bool,
    /// While the feeding thread sleeps and would read on: so few items waiting, and it should.
    low_water: Option<usize>,
}

/// Ends the workers when it is dropped.
pub(super) struct Closing<'q, T, A, R>(pub(super) &'q Queue<T, A, R>);

impl<T, A, R> Drop for Closing<'_, T, A, R> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.closed = true;
        state.waiting.clear();
        drop(state);
        self.0.work.notify_all();
    }
}

impl<T, A, R> Queue<T, A, R> {
    pub(super) fn new(first: u64, window: usize) -> Self {
        let state = State {
            waiting: VecDeque::new(),
            results: VecDeque::new(),
            first,
            busy: 0,
            idle: 0,
            closed: false,
            low_water: None,
        };
        Self { state: Mutex::new(state), work: Condvar::new(), progress: Condvar::new(), window }
    }

    fn lock(&self) -> MutexGuard<'_, State<T, A, R>> {
        // No code of a caller runs under the lock, so what it guards is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The results whose turn it is.
    pub(super) fn take_ready(&self) -> Vec<Entry<T, A, R>> {
        let mut state = self.lock();
        let mut ready = Vec::new();
        while let Some(entry) = state.results.front_mut().and_then(Option::take) {
            state.results.pop_front();
            state.first += 1;
            ready.push(entry);
        }
        ready
    }

    /// How many items can be put.
    pub(super) fn room(&self) -> usize {
        self.window.saturating_sub(self.lock().results.len())
    }

    /// Hands out `items`, and says how many more may be read before they are handed out: while much waits, several.
    pub(super) fn put(&self, items: &mut Vec<T>) -> usize {
        let mut state = self.lock();
        let count = items.len();
        for item in items.drain(..) {
            let number = state.first + u64::try_from(state.results.len()).unwrap_or(u64::MAX);
            state.results.push_back(None);
            state.waiting.push_back((number, item));
        }
        // Waking costs a call of the system even when nobody sleeps.
        let (idle, ahead) = (state.idle, state.share());
        drop(state);
        match (idle, count) {
            (0, _) | (_, 0) => {}
            (_, 1) => self.work.notify_one(),
            _ => self.work.notify_all(),
        }
        ahead
    }

    /// Drops the items that no worker began. `true`: there were any.
    pub(super) fn drop_waiting(&self) -> bool {
        let waiting = std::mem::take(&mut self.lock().waiting);
        !waiting.is_empty()
    }

    /// Whether nothing is left to wait for: no item waits, none is being checked, and no result can be taken.
    pub(super) fn is_done(&self) -> bool {
        let state = self.lock();
        state.is_drained() && !state.has_ready()
    }

    /// Sleeps until there is something to do: results to take and, while items are still read, room to make use of, or
    /// the end. A twentieth of a second at most.
    pub(super) fn wait(&self, reading: bool) {
        let low = self.window / 2;
        let state = self.lock();
        let sleep = |state: &mut State<T, A, R>| {
            state.low_water = reading.then_some(low);
            !state.is_worth_waking()
        };
        let waited = self.progress.wait_timeout_while(state, LONGEST_WAIT, sleep);
        waited.unwrap_or_else(PoisonError::into_inner).0.low_water = None;
    }

    /// Checks items until no more will come.
    pub(super) fn work(&self, verify: &(impl Fn(&T) -> Result<A, R> + Sync)) {
        let (mut taken, mut checked) = (Vec::new(), Vec::new());
        let mut quick = false;
        let mut state = self.lock();
        loop {
            state.take(if quick { MOST_AT_ONCE } else { 1 }, &mut taken);
            if taken.is_empty() {
                if state.closed {
                    return;
                }
                state.idle += 1;
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.idle -= 1;
                continue;
            }
            drop(state);
            let begun = Instant::now();
            for (number, item) in taken.drain(..) {
                let outcome = outcome_of(verify, &item);
                checked.push(Entry { number, item, outcome });
            }
            quick = begun.elapsed() < QUICK;
            state = self.lock();
            for entry in checked.drain(..) {
                state.finish(entry);
            }
            if state.is_worth_waking() {
                self.progress.notify_one();
            }
        }
    }
}

fn outcome_of<T, A, R>(verify: &impl Fn(&T) -> Result<A, R>, item: &T) -> Result<A, Rejection<R>> {
    match catch_unwind(AssertUnwindSafe(|| verify(item))) {
        Ok(outcome) => outcome.map_err(Rejection::Refused),
        Err(payload) => {
            // Dropping it could panic again, outside of any net.
            std::mem::forget(payload);
            Err(Rejection::Panicked)
        }
    }
}

impl<T, A, R> State<T, A, R> {
    /// How many items may move at once, so that no worker has many while another has none.
    fn share(&self) -> usize {
        (self.waiting.len() / SHARES).clamp(1, MOST_AT_ONCE)
    }

    /// Moves the next items into `taken`: `most` of them or fewer.
    fn take(&mut self, most: usize, taken: &mut Vec<(u64, T)>) {
        let share = self.share().min(most);
        taken.extend(self.waiting.drain(..share.min(self.waiting.len())));
        self.busy += taken.len();
    }

    fn has_ready(&self) -> bool {
        matches!(self.results.front(), Some(Some(_)))
    }

    fn is_drained(&self) -> bool {
        self.busy == 0 && self.waiting.is_empty()
    }

    /// Whether the feeding thread should wake up. Not for each result: two switches of threads cost as much as a check.
    fn is_worth_waking(&self) -> bool {
        self.is_drained() || self.has_ready() && self.low_water.is_some_and(|low| self.waiting.len() <= low)
    }

    fn finish(&mut self, entry: Entry<T, A, R>) {
        self.busy -= 1;
        let place = usize::try_from(entry.number.saturating_sub(self.first)).ok();
        if let Some(place) = place.and_then(|place| self.results.get_mut(place)) {
            *place = Some(entry);
        }
    }
}
