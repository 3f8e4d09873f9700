package io.vmfactory.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.linux.OsException.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TapMoveTest {
  private final String first = name();
  private final String second = name();
  private final Tap firstTap = Tap.create(first);
  private final Tap secondTap = Tap.create(second);
  private final TestNamespace namespace = TestNamespace.make();
  private final NetworkNamespace target = NetworkNamespace.open(namespace.path(), FileRights.OWN);

  private static String name() {
    return "vmt" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
  }

  @AfterEach
  void nothingIsLeft() {
    target.close();
    namespace.close();
    firstTap.close();
    secondTap.close();
    assertThat(TestNamespace.here("ip", "-o", "link")).doesNotContain(first, second);
  }

  private int move(String name) {
    return TapMove.first(List.of(first, second), target, name);
  }

  @Test
  void eachMoveTakesAnotherUntilNoneIsFree() {
    assertThat(move("web0")).isZero();
    assertThat(move("")).isEqualTo(1);
    assertThat(move("web2")).isEqualTo(-1);
    assertThat(namespace.run("ip", "-o", "link", "show", "dev", "web0")).contains(",UP");
    assertThat(namespace.run("ip", "-o", "link", "show", "dev", second)).contains(",UP");
    assertThat(TestNamespace.here("ip", "-o", "link")).doesNotContain(first, second);
  }

  @Test
  void whatComesBackIsFreeAgain() {
    List<String> taps = List.of(first, second);
    move("web0");
    move("web1");
    assertThat(TapMove.count(taps)).isZero();
    assertThat(TapMove.back(taps, target, "web1")).isEqualTo(1);
    assertThat(TestNamespace.here("ip", "-o", "link", "show", "dev", second)).doesNotContain(",UP");
    assertThat(namespace.run("ip", "-o", "link")).contains("web0").doesNotContain("web1");
    assertThat(TapMove.count(taps)).isEqualTo(1);
    assertThat(move("web2")).isEqualTo(1);
    assertThat(namespace.run("ip", "-o", "link", "show", "dev", "web2")).contains(",UP");
  }

  /** Gives a tap to a namespace and takes it back, until it is killed. */
  static final class Mover {
    private Mover() {}

    public static void main(String[] args) {
      try (NetworkNamespace target = NetworkNamespace.open(Path.of(args[0]), FileRights.OWN)) {
        TapMove.first(List.of(args[1]), target, "web0");
        System.out.println("moves");
        while (true) {
          TapMove.back(List.of(args[1]), target, "web0");
          TapMove.first(List.of(args[1]), target, "web0");
        }
      }
    }
  }

  @RepeatedTest(8)
  void aTapIsFreeOrInUseWheneverItsMoverIsKilled() throws Exception {
    Process mover =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Mover.class.getName(),
                namespace.path().toString(),
                first)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(mover.getInputStream().read()).isEqualTo('m');
    new CompletableFuture<Void>()
        .completeOnTimeout(null, new Random().nextInt(50), TimeUnit.MILLISECONDS)
        .join();
    mover.destroyForcibly().waitFor();
    if (namespace.run("ip", "-o", "link").contains("web0")) {
      assertThat(namespace.run("ip", "-o", "link", "show", "dev", "web0")).contains(",UP", first);
      assertThat(TapMove.back(List.of(first), target, "web0")).isZero();
    }
    assertThat(TapMove.count(List.of(first))).isEqualTo(1);
  }

  @Test
  void onlyTheTapsOfTheVmComeBack() {
    List<String> taps = List.of(first, second);
    move("web0");
    namespace.run("ip", "link", "add", "veth0", "alias", second, "type", "bridge");
    assertThat(TapMove.back(taps, target, "none")).isEqualTo(-1);
    assertThat(TapMove.back(taps, target, "veth0")).isEqualTo(-1);
    assertThat(TapMove.back(List.of(second), target, "web0")).isEqualTo(-1);
    assertThat(namespace.run("ip", "-o", "link")).contains("web0", "veth0");
  }

  @Test
  void aTakenNameLeavesTheTapWhereItWas() {
    namespace.run("ip", "link", "add", "web0", "type", "bridge");
    assertThatThrownBy(() -> move("web0"))
        .isInstanceOfSatisfying(OsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TAKEN))
        .hasMessageContaining("web0");
    assertThat(namespace.run("ip", "-o", "link")).doesNotContain(first);
    assertThat(TestNamespace.here("ip", "-o", "link", "show", "dev", first)).doesNotContain(",UP");
    assertThat(move("web1")).isZero();
  }

  @Test
  void inTheNamespaceItIsInATapIsTakenWhenItIsUp() {
    try (NetworkNamespace own = NetworkNamespace.own()) {
      assertThat(TapMove.first(List.of(first, second), own, "")).isZero();
      assertThat(TapMove.first(List.of(first, second), own, "")).isEqualTo(1);
      assertThat(TapMove.first(List.of(first, second), own, "")).isEqualTo(-1);
    }
  }

  @Test
  void aNamespaceThatIsHeldOpenIsThereWhateverBecomesOfItsPath() {
    move("web0");
    namespace.close();
    assertThat(move("web1")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "..", "a/b", "a b", "a:b", "vm%d", "sixteencharacter", "grün"})
  void whatIsNoNameIsRefused(String name) {
    assertThatThrownBy(() -> move(name))
        .isInstanceOfSatisfying(
            OsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
        .hasMessageContaining(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/proc/self/ns/uts", "/dev/null", "/proc", "/nonexistent", "/proc/self/ns/net/x"})
  void whatIsNoNetworkNamespaceIsRefused(String path) {
    assertThatThrownBy(() -> NetworkNamespace.open(Path.of(path), FileRights.OWN))
        .isInstanceOfSatisfying(
            OsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
        .hasMessageContaining(path);
  }

  @Test
  void aNamespaceBelongsToWhoMadeIt() {
    UserIds root = new UserIds(0, Set.of(0L));
    UserIds nobody = new UserIds(65534, Set.of(65534L));
    assertThat(target.belongsTo(root)).isTrue();
    assertThat(target.belongsTo(nobody)).isFalse();
    try (TestNamespace other = TestNamespace.makeOf(65534);
        NetworkNamespace theirs = NetworkNamespace.open(other.path(), FileRights.OWN)) {
      assertThat(theirs.belongsTo(nobody)).isTrue();
      assertThat(theirs.belongsTo(root)).isFalse();
    }
  }

  @Test
  void aNameInUseIsReportedByTheKernel() {
    assertThatThrownBy(() -> Tap.create(first).close())
        .isInstanceOf(OsException.class)
        .hasMessageContaining(first);
  }
}
