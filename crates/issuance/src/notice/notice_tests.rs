use super::{Plan, PlanError, Rate};
use mynumber_applet::Date;

fn date(text: &str) -> Date {
    Date::parse(text.as_bytes()).unwrap()
}

fn cases(count: u64) -> Vec<u64> {
    (1..=count).collect()
}

#[test]
fn notices_are_sent_at_the_rate_on_working_days_only() {
    // A Friday; Monday is a holiday.
    let mut rate = Rate::weekdays(40);
    rate.holidays.push(date("20261123"));
    let plan = Plan::spread(&cases(100), date("20261120"), &rate).unwrap();
    let sent: Vec<(Date, usize)> =
        plan.batches().iter().map(|batch| (batch.day, batch.cases.len())).collect();
    assert_eq!(sent, [(date("20261120"), 40), (date("20261124"), 40), (date("20261125"), 20)]);
    let all: Vec<u64> = plan.batches().iter().flat_map(|batch| batch.cases.clone()).collect();
    assert_eq!(all, cases(100));
}

#[test]
fn a_deadline_is_counted_from_the_day_of_its_notice() {
    let plan = Plan::spread(&cases(1), date("20261124"), &Rate::weekdays(10)).unwrap();
    assert_eq!(plan.batches()[0].deadline, date("20270222"));
    let mut rate = Rate::weekdays(10);
    rate.days_to_fetch = 366;
    let plan = Plan::spread(&cases(1), date("20280228"), &rate).unwrap();
    assert_eq!(plan.batches()[0].deadline, date("20290228"));
}

#[test]
fn a_rate_at_which_nothing_is_sent_is_refused() {
    let first = date("20261124");
    let never = |change: fn(&mut Rate)| {
        let mut rate = Rate::weekdays(10);
        change(&mut rate);
        Plan::spread(&cases(1), first, &rate)
    };
    assert_eq!(never(|rate| rate.each_day = 0), Err(PlanError::Rate));
    assert_eq!(never(|rate| rate.weekdays = [false; 7]), Err(PlanError::Rate));
    assert_eq!(never(|rate| rate.days_to_fetch = 0), Err(PlanError::DaysToFetch));
    assert_eq!(never(|rate| rate.days_to_fetch = 367), Err(PlanError::DaysToFetch));
    assert_eq!(Plan::spread(&cases(1), date("99991230"), &Rate::weekdays(1)), Err(PlanError::Calendar));
    assert_eq!(Plan::spread(&[], first, &Rate::weekdays(1)).unwrap().batches(), []);
}

#[test]
fn the_load_is_what_comes_of_all_batches_together() {
    let plan = Plan::spread(&cases(80), date("20261124"), &Rate::weekdays(40)).unwrap();
    let load = plan.load(&[50, 25], &[]);
    let days: Vec<(Date, u64)> = load.days().collect();
    assert_eq!(days, [(date("20261125"), 20), (date("20261126"), 30), (date("20261127"), 10)]);
    assert_eq!(load.peak(), Some((date("20261126"), 30)));
    assert_eq!(
        Plan::spread(&[], date("20261124"), &Rate::weekdays(1)).unwrap().load(&[50], &[]).peak(),
        None
    );
}

#[test]
fn people_of_earlier_notices_still_come_on_the_days_of_the_plan() {
    let plan = Plan::spread(&cases(80), date("20261124"), &Rate::weekdays(40)).unwrap();
    assert_eq!(plan.first_needed(&[50, 25]), date("20261122"));
    // Of the Friday before nobody is left; of the Sunday's the second day falls on the first of the plan.
    let earlier = [(date("20261120"), 400), (date("20261122"), 200), (date("20261123"), 20)];
    let days: Vec<(Date, u64)> = plan.load(&[50, 25], &earlier).days().collect();
    let expected = [("20261124", 60), ("20261125", 25), ("20261126", 30), ("20261127", 10)];
    assert_eq!(days, expected.map(|(day, people)| (date(day), people)));
    // Also when nothing is left to be sent.
    let none = Plan::spread(&[], date("20261124"), &Rate::weekdays(40)).unwrap();
    assert_eq!(none.load(&[50, 25], &earlier).peak(), Some((date("20261124"), 60)));
}

#[test]
fn the_plot_has_a_bar_for_each_day_and_shows_which_is_too_much() {
    let plan = Plan::spread(&cases(80), date("20261124"), &Rate::weekdays(40)).unwrap();
    let svg = plan.load(&[50, 25], &[]).svg(25);
    assert_eq!(svg.matches("<title>").count(), 3);
    assert_eq!(svg.matches("#c0392b").count(), 1);
    assert!(svg.contains("<title>2026-11-26: 30</title>"));
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    let empty = Plan::spread(&[], date("20261124"), &Rate::weekdays(1)).unwrap().load(&[50], &[]).svg(0);
    assert!(empty.ends_with("</svg>\n"));
}
