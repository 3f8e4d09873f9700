package io.vmfactory.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmfactory.linux.DamagedDocuments;
import io.vmfactory.template.SnapshotNote.Owner;
import io.vmfactory.template.TemplateException.Reason;
import io.vmfactory.template.TemplateVersions.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests names, versions, and the file that keeps them. */
class NameBookTest {
  private static final TemplateName PYTHON = TemplateName.of(new Owner(0, true), "python");
  private static final TemplateName NODE = TemplateName.of(new Owner(1000, false), "node");

  @TempDir Path dir;
  private NameBook book;

  @BeforeEach
  void open() {
    book = reopened();
  }

  private NameBook reopened() {
    return new NameBook(dir.resolve("names"), dir.resolve("secret"));
  }

  private static TemplateKey key(int number) {
    return new TemplateKey("%064x".formatted(number));
  }

  private TemplateVersions python() {
    return reopened().find(PYTHON).orElseThrow();
  }

  private List<Integer> numbers() {
    return python().versions().stream().map(Version::number).toList();
  }

  @Test
  void eachTemplateIsTheNextVersionAndTheCurrentOne() {
    assertThat(book.exists()).isFalse();
    IntStream.rangeClosed(1, 3).forEach(n -> book.add(PYTHON, key(n)));
    book.add(NODE, key(9));
    assertThat(book.exists()).isTrue();
    assertThat(numbers()).containsExactly(1, 2, 3);
    assertThat(python().version(0)).contains(new Version(3, key(3).hex()));
    assertThat(python().version(2)).contains(new Version(2, key(2).hex()));
    assertThat(python().version(4)).isEmpty();
    assertThat(book.nameOf(key(9)).orElseThrow().name()).isEqualTo(NODE);
    assertThat(book.all()).extracting(TemplateVersions::name).containsExactly(PYTHON, NODE);
  }

  @Test
  void theSameNameOfTwoUsersIsTwoNames() {
    TemplateName other = TemplateName.of(new Owner(1001, false), "node");
    book.add(NODE, key(1));
    book.add(other, key(2));
    assertThat(book.find(NODE).orElseThrow().version(0).orElseThrow().key())
        .isEqualTo(key(1).hex());
    assertThat(book.find(other).orElseThrow().version(0).orElseThrow().key())
        .isEqualTo(key(2).hex());
    assertThat(other).hasToString("1001/node");
    assertThat(PYTHON).hasToString("python");
    assertThat(TemplateName.of(new Owner(77, true), "python")).isEqualTo(PYTHON);
  }

  @Test
  void aRollBackChangesWhatTheBareNameMeansAndTheNextVersionIsNew() {
    IntStream.rangeClosed(1, 3).forEach(n -> book.add(PYTHON, key(n)));
    book.rollBack(PYTHON, 1);
    assertThat(python().version(0).orElseThrow().number()).isEqualTo(1);
    book.add(PYTHON, key(4));
    assertThat(python().version(0).orElseThrow().number()).isEqualTo(4);
    assertThat(numbers()).containsExactly(1, 2, 3, 4);
    var thrown = catchThrowableOfType(TemplateException.class, () -> book.rollBack(PYTHON, 5));
    assertThat(thrown.reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(thrown).hasMessage("no template python:5");
    assertThatThrownBy(() -> book.rollBack(NODE, 1)).hasMessage("no template node:1");
  }

  @Test
  void withoutItsCurrentVersionANameMeansTheNewestOfTheOthers() {
    IntStream.rangeClosed(1, 3).forEach(n -> book.add(PYTHON, key(n)));
    book.rollBack(PYTHON, 2);
    book.remove(key(3));
    assertThat(python().current()).isEqualTo(2);
    book.remove(key(2));
    assertThat(python().current()).isEqualTo(1);
    book.add(PYTHON, key(4));
    assertThat(numbers()).containsExactly(1, 4);
    book.remove(key(1));
    book.remove(key(4));
    assertThat(reopened().find(PYTHON)).isEmpty();
    book.remove(key(4));
  }

  @Test
  void aNumberIsNotUsedAgainAfterTheLastVersionWasRemoved() {
    IntStream.rangeClosed(1, 3).forEach(n -> book.add(PYTHON, key(n)));
    book.forget(python());
    assertThat(reopened().all()).isEmpty();
    assertThatThrownBy(() -> book.rollBack(PYTHON, 3)).hasMessage("no template python:3");
    reopened().add(PYTHON, key(4));
    assertThat(numbers()).containsExactly(4);
    assertThat(python().current()).isEqualTo(4);
    book.remove(key(4));
    reopened().add(PYTHON, key(5));
    assertThat(numbers()).containsExactly(5);
  }

  @Test
  void aVersionThatWasAddedMeanwhileStaysWhenANameIsRemoved() {
    book.add(PYTHON, key(1));
    TemplateVersions seen = python();
    reopened().add(PYTHON, key(2));
    book.forget(seen);
    assertThat(numbers()).containsExactly(2);
    assertThat(python().current()).isEqualTo(2);
  }

  @Test
  void namesWithoutVersionsAreBoundedAndTheirNumbersStillNotUsedAgain() {
    int most = EndedNames.MOST;
    Map<TemplateName, TemplateVersions> written = new TreeMap<>();
    IntStream.rangeClosed(1, most + 9)
        .mapToObj(n -> TemplateName.of(new Owner(1000, false), "n" + n))
        .forEach(name -> written.put(name, TemplateVersions.ended(name, 100)));
    written.put(NODE, TemplateVersions.ended(NODE, 101));
    written.put(PYTHON, TemplateVersions.ended(PYTHON, 2));
    EndedNames.bound(written);
    EndedNames.bound(written);
    assertThat(written).hasSize(most + 2).containsKeys(NODE, PYTHON);
    assertThat(EndedNames.first(written, TemplateName.of(new Owner(1000, false), "new")))
        .isEqualTo(100);
    assertThat(EndedNames.first(written, TemplateName.of(new Owner(0, true), "new"))).isEqualTo(1);
  }

  @Test
  void whatIsOldIsNotCurrentAndNotAmongTheKept() {
    IntStream.rangeClosed(1, 5).forEach(n -> book.add(PYTHON, key(n)));
    book.rollBack(PYTHON, 4);
    assertThat(python().old(0)).extracting(Version::number).containsExactly(5, 3, 2, 1);
    assertThat(python().old(2)).extracting(Version::number).containsExactly(2, 1);
    assertThat(python().old(9)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"python", "a", "0", "3.11-slim_x", "abcdef1", "abcdef12x"})
  void isAName(String text) {
    assertThat(TemplateName.isName(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-a", ".a", "Python", "a:1", "a/b", "a b", "abcdef12", "ä", "..", "a\n"})
  void isNoName(String text) {
    assertThat(TemplateName.isName(text)).isFalse();
  }

  @Test
  void namesHaveAtMost63Characters() {
    assertThat(TemplateName.isName("x".repeat(63))).isTrue();
    assertThat(TemplateName.isName("x".repeat(64))).isFalse();
  }

  @Test
  void theFileIsForItsOwnerOnly() throws IOException {
    book.add(PYTHON, key(1));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("names"))))
        .isEqualTo("rw-------");
  }

  /** A name leads to another user's template if any byte of the file can be changed. */
  @Test
  void oneAlteredByteAnywhereIsRefused() throws IOException {
    book.add(PYTHON, key(1));
    book.add(NODE, key(2));
    Path file = dir.resolve("names");
    byte[] good = Files.readAllBytes(file);
    int harmless = 0;
    for (int at = 0; at < good.length; at++) {
      byte[] bad = good.clone();
      bad[at] ^= 1;
      Files.write(file, bad);
      try {
        assertThat(reopened().all()).isEqualTo(book(good));
        harmless++;
      } catch (TemplateException e) {
        assertThat(e).hasMessageContaining("restore the file, or remove it");
      }
    }
    // Only white space between the values can change without a change of meaning.
    assertThat(harmless).isLessThan(good.length / 3);
  }

  @Test
  void aFileThatIsDamagedAnywhereIsRefused() throws IOException {
    book.add(PYTHON, key(1));
    Path file = dir.resolve("names");
    for (byte[] damaged : DamagedDocuments.of(Files.readAllBytes(file))) {
      Files.write(file, damaged);
      assertThatThrownBy(this::reopened)
          .as(new String(damaged, StandardCharsets.UTF_8))
          .isInstanceOf(TemplateException.class)
          .hasMessageContaining("restore the file, or remove it");
    }
  }

  private List<TemplateVersions> book(byte[] content) throws IOException {
    return new NamesCodec(StoreSecret.at(dir.resolve("secret"))).decode(content);
  }

  @Test
  void aFileOfAnotherHostIsRefused() {
    book.add(PYTHON, key(1));
    assertThatThrownBy(() -> new NameBook(dir.resolve("names"), dir.resolve("other secret")))
        .hasMessageContaining("sealed by another host");
  }

  @Test
  void changesOfTwoDaemonsAtOnceAreAllKept() {
    NameBook other = reopened();
    var changes =
        IntStream.range(0, 40)
            .mapToObj(
                n ->
                    CompletableFuture.runAsync(
                        () -> (n % 2 == 0 ? book : other).add(PYTHON, key(n))))
            .toList();
    changes.forEach(CompletableFuture::join);
    assertThat(numbers()).containsExactlyElementsOf(IntStream.rangeClosed(1, 40).boxed().toList());
    assertThat(book.all()).isEqualTo(other.all());
  }
}
