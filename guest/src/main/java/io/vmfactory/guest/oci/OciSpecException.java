package io.vmfactory.guest.oci;

import java.util.List;

/** A specification cannot be used. The exception lists every problem that was found. */
public final class OciSpecException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final List<String> problems;

  OciSpecException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  /**
   * Returns one line per problem; never empty. A line begins with the JSON path of the property
   * ({@code process.args[0]: must be a text, is a number}), or with the place in a text that is not
   * JSON ({@code line 3, column 7: ...}).
   */
  public List<String> problems() {
    return problems;
  }
}
