package io.vmfactory.factory.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.factory.app.TestFactory;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.TestPeers;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.factory.templates.KnownTemplates;
import io.vmfactory.factory.templates.TemplateNames;
import io.vmfactory.scripted.ScriptedTemplates;
import io.vmfactory.scripted.vmm.FakeHypervisor;
import io.vmfactory.template.NameBook;
import io.vmfactory.vmm.Sizing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RulesTest {
  @TempDir static Path dir;

  private final Rules rules =
      new Rules(
          TestFactory.config(Path.of("/none"), 1),
          new TemplateNames(
              new KnownTemplates(new ScriptedTemplates(new FakeHypervisor())),
              new NameBook(dir.resolve("names"), dir.resolve("secret"))));

  private static VmRequest request(Integer vcpus, Integer memory, Duration ttl, String hostname) {
    return new VmRequest("", vcpus, memory, ttl, List.of(), hostname, "");
  }

  private void invalid(VmRequest request, String words) {
    assertThatThrownBy(() -> rules.order(TestPeers.root(), request))
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID))
        .hasMessageContaining(words);
  }

  @Test
  void whatIsNotAskedForIsAsConfigured() {
    Order order = rules.order(TestPeers.root(), request(null, null, null, ""));
    assertThat(order.wanted()).isEqualTo(new Sizing(1, 256));
    assertThat(order.ttl()).isEqualTo(TestFactory.TTL);
    assertThat(order.routes()).containsExactly(Route.TEMPLATE, Route.COLD);
    assertThat(order.exact()).isFalse();
    assertThat(rules.order(TestPeers.root(), request(4, null, null, "")).wanted())
        .isEqualTo(new Sizing(4, 256));
    assertThat(rules.order(TestPeers.root(), request(null, 80, null, "")).wanted())
        .isEqualTo(new Sizing(1, 80));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 256, vcpus = 0: must be 1..4 (default_maxvcpus in the configuration)",
    "-1, 256, vcpus = -1: must be 1..4",
    "5, 256, vcpus = 5: must be 1..4",
    "2147483647, 256, must be 1..4",
    "1, 0, memory_mib = 0: must be 80..1024 (default_maxmemory in the configuration)",
    "1, 79, memory_mib = 79: must be 80..1024",
    "1, 1025, memory_mib = 1025: must be 80..1024",
    "1, -2147483648, must be 80..1024"
  })
  void absurdSizesAreRefusedWithTheRange(int vcpus, int memoryMib, String words) {
    invalid(request(vcpus, memoryMib, null, ""), words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S", "PT0.999S", "PT1H0.001S", "P300D"})
  void absurdTermsAreRefusedWithTheRange(Duration ttl) {
    invalid(request(null, null, ttl, ""), "must be 1s..1h (max_ttl in the configuration)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "A1", "web-1", "0", "x--y", "a.b", "web.example.org"})
  void namesWithLabelsAreHostnames(String hostname) {
    assertThat(rules.order(TestPeers.root(), request(null, null, null, hostname)).hostname())
        .isEqualTo(hostname);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-a", "a-", ".a", "a.", "a..b", "a.-b", "a_b", "ä", "a b", "a\n", " ", "a\u0000"})
  void whatIsNoNameIsRefused(String hostname) {
    invalid(request(null, null, null, hostname), "inner hyphens and dots");
  }

  @Test
  void lengthsAreBounded() {
    assertThat(rules.order(TestPeers.root(), request(null, null, null, "a".repeat(64))).hostname())
        .hasSize(64);
    invalid(request(null, null, null, "a".repeat(65)), "1..64");
    assertThat(rules.order(TestPeers.root(), owned("o".repeat(128))).owner()).hasSize(128);
    invalid(owned("o".repeat(129)), "owner has 129 characters: at most 128");
    invalid(owned("a\nb"), "control characters");
  }

  private static VmRequest owned(String owner) {
    return new VmRequest("", null, null, null, List.of(), "", owner);
  }
}
