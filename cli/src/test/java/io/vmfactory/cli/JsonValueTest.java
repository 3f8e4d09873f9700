package io.vmfactory.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonValueTest {
  @Test
  void readsEveryKindOfValue() throws IOException {
    JsonValue json =
        JsonValue.parse(
            "{\"t\": \"x\", \"n\": 7, \"b\": true, \"o\": {\"i\": 1}, \"l\": [{}, {\"i\": 2}]}");

    assertThat(json.text("t")).isEqualTo("x");
    assertThat(json.number("n")).isEqualTo(7);
    assertThat(json.flag("b")).isTrue();
    assertThat(json.get("o").number("i")).isEqualTo(1);
    assertThat(json.list("l")).hasSize(2).last().extracting(e -> e.number("i")).isEqualTo(2L);
  }

  @Test
  void whatIsNotThereReadsAsZero() throws IOException {
    JsonValue json = JsonValue.parse("{\"n\": null}");

    assertThat(json.text("x")).isEmpty();
    assertThat(json.text("n")).isEmpty();
    assertThat(json.number("x")).isZero();
    assertThat(json.flag("x")).isFalse();
    assertThat(json.list("x")).isEmpty();
    assertThat(json.get("x").get("y").fields()).isEmpty();
  }

  @Test
  void whatIsWrittenReadsBackTheSame() throws IOException {
    String text = "{\"t\":\"a\\\"\\u0001é\",\"n\":-1.5,\"b\":false,\"z\":null,\"l\":[1,[],{}]}";

    JsonValue json = JsonValue.parse(text);

    assertThat(json)
        .hasToString("{\"t\":\"a\\\"\\u0001é\",\"n\":-1.5,\"b\":false,\"z\":null,\"l\":[1,[],{}]}");
    assertThat(JsonValue.parse(json.pretty())).hasToString(json.toString());
  }

  @Test
  void nullLeavesAFieldOut() {
    assertThat(JsonValue.object().with("a", null).with("r", JsonValue.texts(List.of("X", "Y"))))
        .hasToString("{\"r\":[\"X\",\"Y\"]}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[1,", "{\"a\" 1}", "1 2", "nul"})
  void whatIsNoJsonIsRefused(String text) {
    assertThatThrownBy(() -> JsonValue.parse(text)).isInstanceOf(IOException.class);
  }
}
