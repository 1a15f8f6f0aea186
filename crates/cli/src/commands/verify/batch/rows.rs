//! Rows of results: written as they come, continued where a file was broken off.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufWriter, Write};
use std::path::Path;

use super::item::Row;
use crate::args::RowFormat;
use crate::commands::verify::cms::worse;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::Destination;
use crate::language::say;

/// Where rows go.
pub(super) struct Rows {
    format: RowFormat,
    head: bool,
    out: BufWriter<Box<dyn Write>>,
    name: String,
    /// Rows since the last ones that surely arrived.
    waiting: u32,
}

/// What a file that was broken off holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// The number of the item after the last complete row.
    pub(super) next: u64,
    /// How many of the complete rows say that an item does not hold.
    pub(super) rejected: u64,
    /// The exit code of the worst of them.
    pub(super) worst: Option<Exit>,
    /// Bytes of the complete rows.
    length: u64,
}

impl Done {
    /// The same with one more row, which ends at byte `length`.
    fn and(mut self, row: Told, length: u64) -> Self {
        if row.exit != Exit::Success.code() {
            // A code that no longer exists still says that the item does not hold.
            let exit = Exit::of_code(row.exit).unwrap_or(Exit::Internal);
            self.rejected = self.rejected.saturating_add(1);
            self.worst = Some(self.worst.map_or(exit, |worst| worse(worst, exit)));
        }
        Self { next: row.number.saturating_add(1), length, ..self }
    }
}

impl Rows {
    /// Rows for standard output or a new file.
    pub(super) fn new(path: Option<&Path>, format: RowFormat, force: bool) -> Result<Self, Failure> {
        let destination = Destination::new(path, force);
        destination.check()?;
        match destination {
            Destination::Stdout => {
                Ok(Self::over(Box::new(std::io::stdout()), format, true, "stdout".to_owned()))
            }
            Destination::File { path, .. } => {
                let file = OpenOptions::new()
                    .write(true)
                    .create(force)
                    .create_new(!force)
                    .truncate(true)
                    .open(&path)
                    .map_err(|error| unwritable(&path.display().to_string(), &error))?;
                Ok(Self::over(Box::new(file), format, true, path.display().to_string()))
            }
        }
    }

    /// Rows after those of `done`; what was written half goes.
    pub(super) fn after(path: &Path, format: RowFormat, done: Done) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| unwritable(&path.display().to_string(), &error);
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(false).open(path).map_err(failed)?;
        file.set_len(done.length).map_err(failed)?;
        std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0)).map_err(failed)?;
        Ok(Self::over(Box::new(file), format, done.length == 0, path.display().to_string()))
    }

    fn over(out: Box<dyn Write>, format: RowFormat, head: bool, name: String) -> Self {
        Self { format, head, out: BufWriter::new(out), name, waiting: 0 }
    }

    pub(super) fn write(&mut self, row: &Row) -> Result<(), Failure> {
        let line = match self.format {
            RowFormat::Ndjson => ndjson(row),
            RowFormat::Csv => csv_line(row, self.head),
        };
        self.head = false;
        let line = line.ok_or_else(|| {
            Failure::new(Exit::Internal, say!("a row cannot be written", "結果を1行書けません"))
        })?;
        self.out.write_all(&line).map_err(|error| unwritable(&self.name, &error))?;
        self.waiting += 1;
        if self.waiting == 256 { self.flush() } else { Ok(()) }
    }

    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        self.waiting = 0;
        self.out.flush().map_err(|error| unwritable(&self.name, &error))
    }
}

fn ndjson(row: &Row) -> Option<Vec<u8>> {
    let mut line = serde_json::to_vec(row).ok()?;
    line.push(b'\n');
    Some(line)
}

fn csv_line(row: &Row, head: bool) -> Option<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().has_headers(head).from_writer(Vec::new());
    writer.serialize(row).ok()?;
    writer.into_inner().ok()
}

fn unwritable(name: &str, error: &std::io::Error) -> Failure {
    Failure::new(Exit::OutputFailed, say!("cannot write {name}: {error}", "{name} に書き込めません: {error}"))
}

/// What the file holds: complete rows, as far as their numbers rise and stay below `limit`.
pub(super) fn done(path: &Path, format: RowFormat, limit: Option<u64>) -> Result<Done, Failure> {
    let file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Done::default()),
        other => other.map_err(|error| crate::inputs::unreadable(path, &error))?,
    };
    let mut reader = std::io::BufReader::new(file);
    let start = reader.fill_buf().map_err(|error| crate::inputs::unreadable(path, &error))?;
    let ours: &[u8] = match format {
        RowFormat::Ndjson => b"{\"number\":",
        RowFormat::Csv => b"number,id,verdict,",
    };
    if !start.iter().zip(ours).all(|(found, ours)| found == ours) {
        return Err(foreign(path));
    }
    match format {
        RowFormat::Ndjson => lines_done(reader, path, limit),
        RowFormat::Csv => table_done(reader, path, limit),
    }
}

fn lines_done(mut reader: impl BufRead, path: &Path, limit: Option<u64>) -> Result<Done, Failure> {
    let mut done = Done::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        let count =
            reader.read_until(b'\n', &mut line).map_err(|error| crate::inputs::unreadable(path, &error))?;
        if count == 0 || !line.ends_with(b"\n") {
            return Ok(done);
        }
        let row = serde_json::from_slice::<Told>(&line).map_err(|_| foreign(path))?;
        if limit.is_some_and(|limit| row.number >= limit) {
            return Ok(done);
        }
        done = done.and(row, done.length.saturating_add(u64::try_from(count).unwrap_or_default()));
    }
}

fn table_done(reader: impl BufRead, path: &Path, limit: Option<u64>) -> Result<Done, Failure> {
    let mut done = Done::default();
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
    let columns = rows.headers().map_err(|_| foreign(path))?.len();
    let mut record = csv::StringRecord::new();
    let mut last = None;
    while rows.read_record(&mut record).map_err(|_| foreign(path))? {
        // A row is known to be complete when another begins, or the file ends with a line break.
        if let Some(row) = last.take() {
            done = done.and(row, record.position().map_or(0, csv::Position::byte));
        }
        match Told::of_record(&record) {
            Some(row) if record.len() == columns && limit.is_none_or(|limit| row.number < limit) => {
                last = Some(row);
            }
            _ => return Ok(done),
        }
    }
    match last {
        Some(row) if ends_a_line(path) => {
            let length = std::fs::metadata(path).map_or(done.length, |metadata| metadata.len());
            Ok(done.and(row, length))
        }
        _ => Ok(done),
    }
}

/// The part of a row that says where to go on, and what came out.
#[derive(Clone, Copy, serde::Deserialize)]
struct Told {
    number: u64,
    exit: u8,
}

impl Told {
    /// The first column and the fourth.
    fn of_record(record: &csv::StringRecord) -> Option<Self> {
        Some(Self { number: record.get(0)?.parse().ok()?, exit: record.get(3)?.parse().ok()? })
    }
}

fn ends_a_line(path: &Path) -> bool {
    let last = || -> std::io::Result<u8> {
        let mut file = File::open(path)?;
        std::io::Seek::seek(&mut file, std::io::SeekFrom::End(-1))?;
        let mut byte = [0];
        std::io::Read::read_exact(&mut file, &mut byte)?;
        let [byte] = byte;
        Ok(byte)
    };
    last().is_ok_and(|byte| byte == b'\n')
}

/// A file that is none of ours is not written to.
fn foreign(path: &Path) -> Failure {
    crate::inputs::unusable(
        path,
        &say!("it does not hold results of this form", "この形式の結果ファイルではありません"),
    )
}
