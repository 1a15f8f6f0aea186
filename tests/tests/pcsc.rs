//! The PC/SC transport and the driver against a real pcscd: what other programs, the service and the holder of the card
//! may do. The bodies are a family of the torture bench.
#![cfg(target_os = "linux")]

use testkit::torture::pcsc::run_case;

#[test]
fn a_command_goes_to_the_card_as_given_and_its_reply_comes_back() {
    run_case("a_command_goes_to_the_card_as_given_and_its_reply_comes_back");
}

#[test]
fn c1_a_card_removed_is_told_as_such_until_it_is_back_and_reconnected() {
    run_case("c1_a_card_removed_is_told_as_such_until_it_is_back_and_reconnected");
}

#[test]
fn c1_a_card_that_leaves_during_a_command_is_removed() {
    run_case("c1_a_card_that_leaves_during_a_command_is_removed");
}

#[test]
fn b6_a_reset_by_another_program_is_told_and_nothing_is_sent() {
    run_case("b6_a_reset_by_another_program_is_told_and_nothing_is_sent");
}

#[test]
fn our_own_reset_is_not_told_as_another_programs() {
    run_case("our_own_reset_is_not_told_as_another_programs");
}

#[test]
fn b7_a_connection_dropped_in_exclusive_use_leaves_nothing_verified() {
    run_case("b7_a_connection_dropped_in_exclusive_use_leaves_nothing_verified");
}

#[test]
fn outside_exclusive_use_dropping_does_what_was_asked_for() {
    run_case("outside_exclusive_use_dropping_does_what_was_asked_for");
}

#[test]
fn c3_an_exclusive_connection_of_another_is_waited_for_and_then_told() {
    run_case("c3_an_exclusive_connection_of_another_is_waited_for_and_then_told");
}

#[test]
fn c3_a_transaction_of_another_is_waited_for_and_giving_up_holds_nothing() {
    run_case("c3_a_transaction_of_another_is_waited_for_and_giving_up_holds_nothing");
}

#[test]
fn c3_connecting_while_another_has_exclusive_use_is_bounded_too() {
    run_case("c3_connecting_while_another_has_exclusive_use_is_bounded_too");
}

#[test]
fn a_connection_dropped_while_it_waits_for_its_turn_is_gone_at_once() {
    run_case("a_connection_dropped_while_it_waits_for_its_turn_is_gone_at_once");
}

#[test]
fn c4_without_the_service_there_is_no_service_and_with_it_again_all_is_well() {
    run_case("c4_without_the_service_there_is_no_service_and_with_it_again_all_is_well");
}

#[test]
fn c4_a_service_killed_and_restarted_in_the_middle_of_a_session_is_told_and_survived() {
    run_case("c4_a_service_killed_and_restarted_in_the_middle_of_a_session_is_told_and_survived");
}

#[test]
fn c5_lists_of_no_reader_and_of_sixteen_are_read_and_waited_on() {
    run_case("c5_lists_of_no_reader_and_of_sixteen_are_read_and_waited_on");
}

#[test]
fn waiting_for_a_card_ends_with_the_card_the_time_or_the_flag() {
    run_case("waiting_for_a_card_ends_with_the_card_the_time_or_the_flag");
}

#[test]
fn a_card_that_takes_too_long_is_given_up_and_reached_again_when_it_is_done() {
    run_case("a_card_that_takes_too_long_is_given_up_and_reached_again_when_it_is_done");
}

#[test]
fn c10_cancelling_in_the_middle_of_a_command_leaves_nothing_verified() {
    run_case("c10_cancelling_in_the_middle_of_a_command_leaves_nothing_verified");
}

#[test]
fn a_reader_is_chosen_by_its_card_and_the_others_are_accounted_for() {
    run_case("a_reader_is_chosen_by_its_card_and_the_others_are_accounted_for");
}

#[test]
fn a_reader_without_a_card_or_with_one_in_use_is_passed_over_for_that() {
    run_case("a_reader_without_a_card_or_with_one_in_use_is_passed_over_for_that");
}

#[test]
fn c4_a_service_stopped_or_killed_at_any_exchange_is_told_and_costs_nothing() {
    run_case("c4_a_service_stopped_or_killed_at_any_exchange_is_told_and_costs_nothing");
}

#[test]
fn b6_another_program_gets_no_word_in_while_something_is_unlocked() {
    run_case("b6_another_program_gets_no_word_in_while_something_is_unlocked");
}

#[test]
fn b7_another_program_gets_no_signature_after_our_log_out() {
    run_case("b7_another_program_gets_no_signature_after_our_log_out");
}

#[test]
fn c3_a_card_that_another_program_holds_is_told_and_costs_nothing() {
    run_case("c3_a_card_that_another_program_holds_is_told_and_costs_nothing");
}

#[test]
fn h8_two_programs_sign_at_the_same_time_and_neither_disturbs_the_other() {
    run_case("h8_two_programs_sign_at_the_same_time_and_neither_disturbs_the_other");
}

#[test]
fn c5_of_seventeen_readers_those_that_the_service_has_room_for_can_be_used() {
    run_case("c5_of_seventeen_readers_those_that_the_service_has_room_for_can_be_used");
}

#[test]
fn c5_a_reader_whose_name_is_not_utf_8_is_used_like_any_other() {
    run_case("c5_a_reader_whose_name_is_not_utf_8_is_used_like_any_other");
}
