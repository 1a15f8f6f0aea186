//! 交付通知: when which notice is sent, so that the counter is not overrun.
//!
//! [`Plan::spread`] gives each case the day on which its notice is sent and the last day on which the card is fetched;
//! at most so many notices a day, on the days that the municipality sends. [`Plan::load`] says how many people
//! are to be expected at the counter, those of earlier notices among them, and [`Load::svg`] draws it.
//!
//! Rate, days of the week, holidays, time to fetch and the way people spread over it are the municipality's: nothing of it is
//! published.

mod plot;

use std::collections::BTreeMap;

use mynumber_applet::Date;

use crate::validity::{day_after, days_after, days_before, weekday};

/// How a municipality sends its notices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The most notices of one day, 1 or more.
    pub each_day: u32,
    /// The days of the week on which notices are sent, from Monday.
    pub weekdays: [bool; 7],
    /// Days on which none are sent.
    pub holidays: Vec<Date>,
    /// How many days after the notice the card is fetched at the latest, 1 to 366.
    pub days_to_fetch: u16,
}

impl Rate {
    /// So many a day from Monday to Friday, and ninety days to fetch the card.
    #[must_use]
    pub const fn weekdays(each_day: u32) -> Self {
        Self {
            each_day,
            weekdays: [true, true, true, true, true, false, false],
            holidays: Vec::new(),
            days_to_fetch: 90,
        }
    }

    fn sends_on(&self, day: Date) -> bool {
        self.weekdays.get(weekday(day)).copied().unwrap_or(false) && !self.holidays.contains(&day)
    }
}

/// The notices of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The day on which they are sent.
    pub day: Date,
    /// The last day on which these cards are fetched.
    pub deadline: Date,
    /// The cases.
    pub cases: Vec<u64>,
}

/// Which notices are sent when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    first: Date,
    batches: Vec<Batch>,
}

impl Plan {
    /// Spreads cases over days, in the order given, from a first day on.
    ///
    /// # Errors
    /// [`PlanError`].
    pub fn spread(cases: &[u64], first: Date, rate: &Rate) -> Result<Self, PlanError> {
        let each_day = usize::try_from(rate.each_day).map_err(|_| PlanError::Rate)?;
        if each_day == 0 || !rate.weekdays.contains(&true) {
            return Err(PlanError::Rate);
        }
        if !(1..=366).contains(&rate.days_to_fetch) {
            return Err(PlanError::DaysToFetch);
        }
        let mut batches = Vec::new();
        let mut day = first;
        for cases in cases.chunks(each_day) {
            let mut skipped = 0;
            while !rate.sends_on(day) {
                skipped += 1;
                if skipped > 366 {
                    return Err(PlanError::Rate);
                }
                day = day_after(day).ok_or(PlanError::Calendar)?;
            }
            let deadline = days_after(day, rate.days_to_fetch).ok_or(PlanError::Calendar)?;
            batches.push(Batch { day, deadline, cases: cases.to_vec() });
            day = day_after(day).ok_or(PlanError::Calendar)?;
        }
        Ok(Self { first, batches })
    }

    /// The batches, one for each day on which notices are sent.
    #[must_use]
    pub fn batches(&self) -> &[Batch] {
        &self.batches
    }

    /// How many people are to be expected on each day from the first of the plan on, when of a hundred that got their notice so
    /// many come on each of the days after it. Who does not come in these days is not counted.
    ///
    /// `earlier` are the notices that were sent before, each day with their number ([`Store::notices`]): the people of the last
    /// weeks come beside those of the plan. [`Plan::first_needed`] says from which day on they count.
    ///
    /// [`Store::notices`]: crate::store::Store::notices
    #[must_use]
    pub fn load(&self, percent_on_day: &[u8], earlier: &[(Date, u64)]) -> Load {
        let planned = self.batches.iter().map(|batch| (batch.day, batch.cases.len()));
        let planned = planned.map(|(day, cases)| (day, u64::try_from(cases).unwrap_or(u64::MAX)));
        let mut days: BTreeMap<Date, u64> = BTreeMap::new();
        for (sent, people) in earlier.iter().copied().chain(planned) {
            let mut day = Some(sent);
            for percent in percent_on_day {
                day = day.and_then(day_after);
                let Some(day) = day else { break };
                if day >= self.first {
                    let load = days.entry(day).or_default();
                    *load = load.saturating_add(people.saturating_mul(u64::from(*percent)));
                }
            }
        }
        Load { hundredths: days.into_iter().collect() }
    }

    /// The first day whose notices still bring people on the days of the plan.
    #[must_use]
    pub fn first_needed(&self, percent_on_day: &[u8]) -> Date {
        let days = u16::try_from(percent_on_day.len()).unwrap_or(u16::MAX);
        days_before(self.first, days).unwrap_or(self.first)
    }
}

/// How many people are to be expected at the counter on which day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// Days in order, each with a hundred times the number of people.
    hundredths: Vec<(Date, u64)>,
}

impl Load {
    /// Days in order, each with the number of people, rounded up.
    pub fn days(&self) -> impl Iterator<Item = (Date, u64)> {
        self.hundredths.iter().map(|(day, people)| (*day, people.div_ceil(100)))
    }

    /// The day with most people, the first of several.
    #[must_use]
    pub fn peak(&self) -> Option<(Date, u64)> {
        self.days().fold(None, |peak: Option<(Date, u64)>, day| match peak {
            Some(peak) if peak.1 >= day.1 => Some(peak),
            _ => Some(day),
        })
    }
}

/// Why notices cannot be spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// At such a rate no notice is ever sent.
    #[error("at such a rate no notice is ever sent")]
    Rate,
    /// 1 to 366 days.
    #[error("a card is fetched within 1 to 366 days")]
    DaysToFetch,
    /// Beyond the year 9999.
    #[error("the days lie beyond the calendar")]
    Calendar,
}

#[cfg(test)]
#[path = "notice_tests.rs"]
mod tests;
