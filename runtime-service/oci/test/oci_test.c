// Unit tests of what reads foreign bytes: messages, frames, words.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bytes.h"
#include "../message.h"
#include "../options.h"
#include "../service.h"
#include "../state.h"
#include "hooks_test.h"
#include "names_test.h"
#include "network_test.h"
#include "ttrpc/frame.h"

static void messages_are_read_as_written(void) {
    struct bytes message = {0}, inner = {0};
    put_text(&inner, 1, "in");
    put_number(&message, 1, 0);
    put_number(&message, 300, UINT64_MAX);
    put_message(&message, 2, &inner);
    struct reader reader = reader_of(message.at, message.length);
    struct field field;
    assert(next_field(&reader, &field) && field.number == 1 && field.value == 0);
    assert(next_field(&reader, &field) && field.number == 300 && field.value == UINT64_MAX);
    assert(next_field(&reader, &field) && field.number == 2 && field.length == 4);
    assert(!next_field(&reader, &field));
    free(message.at);
    free(inner.at);
}

static struct bytes response(const char *text) {
    struct bytes body = {0}, frame = {0}, status = {0};
    put_number(&status, 1, 5);
    put_text(&status, 2, text);
    put_message(&body, 1, &status);
    put_text(&body, 2, "payload");
    frame_response_header(bytes_extend(&frame, FRAME_HEADER_SIZE), 7, (uint32_t)body.length);
    bytes_add(&frame, body.at, body.length);
    free(body.at);
    free(status.at);
    return frame;
}

static void an_answer_is_taken_when_it_is_complete(void) {
    struct bytes whole = response("none");
    struct answer answer;
    for (size_t length = 0; length < whole.length; length++) {
        struct bytes part = {whole.at, length, length};
        assert(take_answer(&part, &answer) == 0);
    }
    assert(take_answer(&whole, &answer) == (long)whole.length);
    assert(answer.stream == 7 && answer.code == 5 && answer.payload_length == 7);
    assert(memcmp(answer.message, "none", answer.message_length) == 0);
    bytes_drop(&whole, whole.length);
    assert(whole.length == 0);
    free(whole.at);
}

static void what_is_no_answer_is_refused(void) {
    struct bytes request = {0}, large = response("");
    struct answer answer;
    put_request(&request, 1, "s", "m", &(struct bytes){0}, 9);
    assert(take_answer(&request, &answer) == -1);
    large.at[0] = 0xff;
    assert(take_answer(&large, &answer) == -1);
    free(request.at);
    free(large.at);
}

// Any bytes: nothing is read beyond their end, which the sanitizers check.
static void any_bytes_do_no_harm(void) {
    srand(1);
    for (int round = 0; round < 200000; round++) {
        struct bytes bytes = rand() % 2 ? response("text") : (struct bytes){0};
        for (int i = rand() % 24; i > 0; i--) {
            if (bytes.length > 0 && rand() % 2) {
                bytes.at[(size_t)rand() % bytes.length] = (uint8_t)rand();
            } else {
                uint8_t byte = (uint8_t)rand();
                bytes_add(&bytes, &byte, 1);
            }
        }
        uint8_t *exact = malloc(bytes.length + 1);
        if (bytes.length > 0) memcpy(exact, bytes.at, bytes.length);
        struct bytes copy = {exact, bytes.length, bytes.length};
        struct answer answer;
        if (take_answer(&copy, &answer) > 0) {
            volatile uint8_t sum = 0;
            for (size_t i = 0; i < answer.payload_length; i++) sum += answer.payload[i];
            for (size_t i = 0; i < answer.message_length; i++) sum += answer.message[i];
        }
        free(exact);
        free(bytes.at);
    }
}

static bool text_is(const struct bytes *text, const char *expected) {
    return text->length == strlen(expected) && memcmp(text->at, expected, text->length) == 0;
}

static void strings_are_escaped(void) {
    struct bytes text = {0};
    bytes_json(&text, "a\"b\\c\n\x01ü");
    assert(text_is(&text, "\"a\\\"b\\\\c\\u000a\\u0001ü\""));
    free(text.at);
}

static void a_state_is_that_of_the_specification(void) {
    struct container container = {
        .id = "c", .state = RUNNING, .stand_in = 12, .bundle = "/b", .created_millis = INT64_C(1700000000123)};
    struct bytes text = {0};
    state_json(&text, &container);
    assert(text_is(&text, "{\"ociVersion\":\"1.0.2\",\"id\":\"c\",\"pid\":12,\"status\":\"running\",\"bundle\":\"/b\","
                          "\"created\":\"2023-11-14T22:13:20.123Z\",\"owner\":\"root\"}"));
    text.length = 0;
    container.state = STOPPED;
    state_json(&text, &container);
    assert(memmem(text.at, text.length, "\"pid\":0,\"status\":\"stopped\"", 26) != NULL);
    free(text.at);
}

static void signals_have_names_and_numbers(void) {
    assert(state_signal("15") == 15 && state_signal("TERM") == 15 && state_signal("SIGKILL") == 9);
    assert(state_signal("NONE") == -1 && state_signal("") == -1 && state_signal("9x") == -1);
    assert(state_signal("0") == 0 && state_signal("64") == 64 && state_signal("65") == -1 && state_signal("-1") == -1);
}

static void options_end_before_the_words(void) {
    const char *bundle = NULL, *log = NULL;
    bool all = false;
    const struct option_of options[] = {{"bundle", 'b', &bundle, NULL}, {"log", 0, &log, NULL}, {"all", 'a', NULL, &all}, {0}};
    char *words[] = {"--bundle", "/b", "--log=/l", "-a", "id", "--all", NULL};
    assert(options_read(words, options) == 4);
    assert(strcmp(bundle, "/b") == 0 && strcmp(log, "/l") == 0 && all);
    char *dashes[] = {"-b", "x", "--", "-a", NULL};
    assert(options_read(dashes, options) == 3 && strcmp(bundle, "x") == 0);
}

static void an_option_may_be_given_again(void) {
    struct values env = {0};
    const struct option_of options[] = {{"env", 'e', .all = &env}, {0}};
    char *words[] = {"--env", "A=b=c", "-e", "", "--env=D", "id", "-e", NULL};
    assert(options_read(words, options) == 5 && env.count == 3);
    assert(strcmp(env.at[0], "A=b=c") == 0 && *env.at[1] == '\0' && strcmp(env.at[2], "D") == 0);
}

int main(void) {
    messages_are_read_as_written();
    an_answer_is_taken_when_it_is_complete();
    what_is_no_answer_is_refused();
    any_bytes_do_no_harm();
    strings_are_escaped();
    a_state_is_that_of_the_specification();
    signals_have_names_and_numbers();
    options_end_before_the_words();
    an_option_may_be_given_again();
    hooks_tests();
    network_tests();
    names_tests();
    puts("vmfactory-oci: 21 tests passed");
    return 0;
}
