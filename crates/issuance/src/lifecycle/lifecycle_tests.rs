use super::{Actor, Refusal, STEPS, State, Step, Why, next};

const WAY: [(Step, State); 9] = [
    (Step::Receive, State::Received),
    (Step::Prepare, State::Prepared),
    (Step::SendNotice, State::Noticed),
    (Step::OpenCounter, State::AtCounter),
    (Step::Identify, State::Identified),
    (Step::BeginPins, State::SettingPins),
    (Step::FinishPins, State::PinsSet),
    (Step::HandOver, State::HandedOver),
    (Step::ChangePin, State::HandedOver),
];

fn desk(state: State, step: Step) -> Result<State, Refusal> {
    next(state, step, Actor::Municipality)
}

#[test]
fn a_card_goes_its_way_step_by_step() {
    let mut state = State::Registered;
    for (step, to) in WAY {
        state = desk(state, step).unwrap();
        assert_eq!(state, to);
    }
}

#[test]
fn a_step_too_early_is_refused_and_names_the_missing_one() {
    let mut state = State::Registered;
    for (index, (step, to)) in WAY.into_iter().enumerate() {
        for (later, _) in WAY.iter().skip(index + 1) {
            if desk(state, *later).is_ok() {
                continue;
            }
            assert_eq!(desk(state, *later), Err(Refusal { state, step: *later, why: Why::Missing(step) }));
        }
        state = to;
    }
}

#[test]
fn a_card_half_set_is_neither_handed_over_nor_left() {
    for step in [Step::HandOver, Step::LeaveCounter, Step::SendBack, Step::OpenCounter] {
        assert!(desk(State::SettingPins, step).is_err(), "{step:?}");
        assert!(desk(State::Rewriting, step).is_err(), "{step:?}");
    }
    // After an interruption it is begun once more.
    assert_eq!(desk(State::SettingPins, Step::BeginPins), Ok(State::SettingPins));
    assert_eq!(desk(State::SettingPins, Step::RollBackPins), Ok(State::Identified));
    let refusal = desk(State::SettingPins, Step::HandOver).unwrap_err();
    assert_eq!(refusal.why, Why::Missing(Step::FinishPins));
    assert_eq!(
        refusal.to_string(),
        "hand-over is refused while the case is setting-pins: finish-pins comes first"
    );
}

#[test]
fn a_face_authentication_card_is_handed_over_without_pins() {
    assert_eq!(desk(State::SettingPins, Step::WaivePins), Ok(State::PinsSet));
    // The references are blocked first, which is begun as setting them is.
    assert_eq!(desk(State::Identified, Step::WaivePins).unwrap_err().why, Why::Missing(Step::BeginPins));
}

#[test]
fn what_was_begun_on_a_card_is_finished_in_one_way_only() {
    use State::{Changing, Lifting, Renewing, Resetting, Rewriting, SettingPins, Switching};
    for (state, finished) in [
        (SettingPins, vec![Step::FinishPins, Step::WaivePins]),
        (Rewriting, vec![Step::SetSubstitutes]),
        (Resetting, vec![Step::ResetPin]),
        (Changing, vec![Step::ChangeRecord]),
        (Lifting, vec![Step::LiftSuspension]),
        (Renewing, vec![Step::RenewCertificates]),
        (Switching, vec![Step::SwitchPins]),
    ] {
        assert!(state.is_unfinished());
        let done = [State::Identified, State::PinsSet, State::HandedOver];
        let leads =
            |row: &&super::Row| row.from.contains(&state) && row.to.is_some_and(|to| done.contains(&to));
        let steps: Vec<Step> = STEPS
            .iter()
            .filter(leads)
            .map(|row| row.step)
            .filter(|step| *step != Step::RollBackPins)
            .collect();
        assert_eq!(steps, finished, "{state:?}");
    }
    assert_eq!(State::ALL.into_iter().filter(|state| state.is_unfinished()).count(), 7);
}

#[test]
fn a_suspension_is_asked_for_by_anybody_concerned_and_lifted_at_the_window_only() {
    for actor in [Actor::Holder, Actor::Representative, Actor::CallCentre, Actor::Municipality] {
        assert_eq!(next(State::HandedOver, Step::Suspend, actor), Ok(State::Suspended));
    }
    let refusal = next(State::Lifting, Step::LiftSuspension, Actor::CallCentre).unwrap_err();
    assert_eq!(refusal.why, Why::Actor(Actor::CallCentre));
    assert_eq!(desk(State::Suspended, Step::BeginLift), Ok(State::Lifting));
    assert_eq!(desk(State::Lifting, Step::LiftSuspension), Ok(State::HandedOver));
    assert_eq!(desk(State::Suspended, Step::ResetPin).unwrap_err().why, Why::Missing(Step::BeginLift));
}

#[test]
fn an_ended_case_takes_no_step() {
    for state in State::ALL.into_iter().filter(|state| state.is_final()) {
        for row in STEPS {
            for actor in row.by {
                let refusal = next(state, row.step, *actor).unwrap_err();
                assert_eq!(refusal.why, Why::Ended, "{row:?}");
            }
        }
    }
    let ends = State::ALL.into_iter().filter(|state| state.is_final());
    assert!(ends.eq([State::SentBack, State::Uncollected, State::Returned, State::Replaced]));
}

#[test]
fn what_lies_behind_is_not_done_again() {
    assert_eq!(desk(State::HandedOver, Step::Receive).unwrap_err().why, Why::Past);
    assert_eq!(desk(State::Prepared, Step::Prepare).unwrap_err().why, Why::Past);
    assert_eq!(
        next(State::AtCounter, Step::ExpireUncollected, Actor::Calendar).unwrap_err().why,
        Why::Missing(Step::LeaveCounter),
        "a card is not taken away under the eyes of its holder"
    );
}

#[test]
fn every_step_and_every_state_has_its_place_in_the_table() {
    let mut names: Vec<&str> = STEPS.iter().map(|row| row.event).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), STEPS.len(), "one row and one event for each step");
    for row in STEPS {
        assert_eq!(row.step.row().step, row.step);
        assert!(!row.by.is_empty() && !row.from.is_empty());
    }
    for state in State::ALL {
        assert_eq!(State::from_name(state.name()), Some(state));
        let reached = STEPS.iter().any(|row| row.to == Some(state));
        assert!(reached || state == State::Registered, "{state:?}");
        assert!(!state.japanese().is_empty());
    }
    assert_eq!(State::from_name("done"), None);
}

#[test]
fn no_actor_takes_the_step_of_another() {
    let actors = [
        Actor::Holder,
        Actor::Representative,
        Actor::Municipality,
        Actor::CallCentre,
        Actor::ConvenienceStore,
        Actor::Calendar,
    ];
    for row in STEPS {
        for actor in actors {
            let taken = next(row.from[0], row.step, actor).is_ok();
            assert_eq!(taken, row.by.contains(&actor), "{row:?} by {actor}");
        }
    }
}
