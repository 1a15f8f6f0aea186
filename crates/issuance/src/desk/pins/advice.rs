use mynumber_applet::Date;
use mynumber_applet::pin::Secret;

/// What a new PIN is advised against. Nothing is refused for it: no rule forbids such a PIN (CARD.md §3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Advice {
    /// It is made of a birth date, western or by the era.
    BirthDate,
    /// It repeats itself: `1111`, `2525`.
    Repeated,
    /// It runs up or down: `1234`, `3210`, `8901`.
    Running,
}

impl Advice {
    /// What an English reader sees.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::BirthDate => "This can be guessed from a birth date. Better choose another.",
            Self::Repeated => "This repeats itself and is easily guessed. Better choose another.",
            Self::Running => "This runs up or down and is easily guessed. Better choose another.",
        }
    }

    /// What a Japanese reader sees.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::BirthDate => "生年月日から推測されやすいため、ほかの番号をお勧めします。",
            Self::Repeated => "同じ並びの繰り返しで推測されやすいため、ほかの番号をお勧めします。",
            Self::Running => "連続した並びで推測されやすいため、ほかの番号をお勧めします。",
        }
    }
}

/// What speaks against a new PIN, given birth dates that others may know: the holder's, and those of the family if the
/// caller has them.
#[must_use]
pub fn advice(pin: &dyn Secret, births: &[Date]) -> Vec<Advice> {
    let value = pin.bytes();
    let found = [
        (Advice::BirthDate, births.iter().any(|birth| is_of(value, *birth))),
        (Advice::Repeated, repeats(value)),
        (Advice::Running, runs(value)),
    ];
    found.into_iter().filter_map(|(advice, is_so)| is_so.then_some(advice)).collect()
}

/// How many characters in a row make a pattern.
const ROW: usize = 4;

/// Whether a PIN is a part of a birth date, or a longer password contains one.
fn is_of(value: &[u8], birth: Date) -> bool {
    forms(birth).iter().any(|form| value.windows(form.len()).any(|part| part == form.as_bytes()))
}

/// The ways in which four digits or more are made of a birth date.
fn forms(birth: Date) -> Vec<String> {
    let (year, month, day) = (birth.year(), birth.month(), birth.day());
    let mut forms = vec![format!("{year:04}"), format!("{month:02}{day:02}"), format!("{day:02}{month:02}")];
    let of_era = birth.to_era().map(|date| u16::from(date.year()));
    for year in std::iter::once(year % 100).chain(of_era) {
        forms.extend([
            format!("{year:02}{month:02}"),
            format!("{month:02}{year:02}"),
            format!("{year:02}{day:02}"),
            format!("{day:02}{year:02}"),
        ]);
    }
    forms
}

/// Four of the same in a row, or the whole is a piece that comes again and again.
fn repeats(value: &[u8]) -> bool {
    let same = value.windows(ROW).any(|row| row.windows(2).all(|pair| pair.first() == pair.last()));
    let pieces = (1..=value.len() / 2).filter(|length| value.len().is_multiple_of(*length));
    let mut again = pieces.map(|length| value.chunks(length).all(|chunk| Some(chunk) == value.get(..length)));
    same || again.any(|is_so| is_so)
}

/// Four in a row that run up or down; 9 and 0 are neighbours.
fn runs(value: &[u8]) -> bool {
    let up = |pair: &[u8]| matches!(pair, [from, to] if follows(*from, *to));
    let down = |pair: &[u8]| matches!(pair, [from, to] if follows(*to, *from));
    value.windows(ROW).any(|row| row.windows(2).all(up) || row.windows(2).all(down))
}

fn follows(from: u8, to: u8) -> bool {
    match (from, to) {
        (b'9', b'0') => true,
        _ => {
            let of_one_kind = (from.is_ascii_digit() && to.is_ascii_digit())
                || (from.is_ascii_alphabetic() && to.is_ascii_alphabetic());
            of_one_kind && from.checked_add(1) == Some(to)
        }
    }
}
