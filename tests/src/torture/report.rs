//! Counting cases and failures.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Failures of one part that are told in words; the others are counted.
const TOLD: usize = 12;

/// The cases of one part of a family.
#[derive(Debug)]
pub struct Part {
    /// What the cases have in common.
    pub name: String,
    /// How many there were.
    pub cases: u64,
    /// How many of them broke a promise.
    pub failures: u64,
    /// How long they took.
    pub time: Duration,
    /// The first failures in words.
    pub told: Vec<String>,
}

impl Part {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), cases: 0, failures: 0, time: Duration::ZERO, told: Vec::new() }
    }

    /// One case and how it ended.
    pub fn case(&mut self, outcome: Result<(), String>) {
        self.cases = self.cases.saturating_add(1);
        if let Err(message) = outcome {
            self.failures = self.failures.saturating_add(1);
            if self.told.len() < TOLD {
                self.told.push(message);
            }
        }
    }

    /// One case that may panic, which is a failure.
    pub fn guarded(&mut self, name: &str, body: impl FnOnce() -> Result<(), String>) {
        let outcome = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| Err(panicked(&*payload)));
        self.case(outcome.map_err(|message| format!("{name}: {message}")));
    }

    /// One case for each item, on as many threads as the machine has processors. `work` is called once on each thread
    /// and makes what runs the cases of that thread.
    pub fn each<I: Sync, W>(&mut self, items: &[I], work: impl Fn() -> W + Sync)
    where
        W: FnMut(&I, &mut Self),
    {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        self.each_on(threads, items, work);
    }

    /// As [`Part::each`] on so many threads: for cases that mostly wait.
    pub fn each_on<I: Sync, W>(&mut self, threads: usize, items: &[I], work: impl Fn() -> W + Sync)
    where
        W: FnMut(&I, &mut Self),
    {
        let next = AtomicUsize::new(0);
        let done = Mutex::new(self);
        std::thread::scope(|scope| {
            for _ in 0..threads.min(items.len()) {
                scope.spawn(|| {
                    let mut own = Self::new("");
                    let body = || {
                        let mut run = work();
                        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                            run(item, &mut own);
                        }
                    };
                    if let Err(payload) = catch_unwind(AssertUnwindSafe(body)) {
                        own.case(Err(panicked(&*payload)));
                    }
                    if let Ok(mut part) = done.lock() {
                        part.absorb(own);
                    }
                });
            }
        });
    }

    fn absorb(&mut self, other: Self) {
        self.cases = self.cases.saturating_add(other.cases);
        self.failures = self.failures.saturating_add(other.failures);
        self.told.extend(other.told);
        self.told.truncate(TOLD);
    }
}

/// The parts of a family.
#[derive(Debug, Default)]
pub struct Tally {
    /// In the order in which they ran.
    pub parts: Vec<Part>,
}

impl Tally {
    /// Runs and times one part.
    pub fn part<R>(&mut self, name: &str, run: impl FnOnce(&mut Part) -> R) -> R {
        let mut part = Part::new(name);
        let begun = Instant::now();
        let result = run(&mut part);
        part.time = begun.elapsed();
        self.parts.push(part);
        result
    }

    /// The cases of all parts.
    #[must_use]
    pub fn cases(&self) -> u64 {
        self.parts.iter().map(|part| part.cases).sum()
    }

    /// The failures of all parts.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.parts.iter().map(|part| part.failures).sum()
    }
}

/// A promise: kept, or broken in these words.
///
/// # Errors
/// It does not hold.
pub fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

thread_local! {
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Panics are failures of their case from now on, told with their place in the report and nowhere else.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
        PLACE.set(place.unwrap_or_default());
    }));
}

fn panicked(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("panic");
    format!("panic{}: {text}", PLACE.take())
}
