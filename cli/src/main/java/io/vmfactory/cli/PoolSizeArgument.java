package io.vmfactory.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The size of a pool as written on the command line.
 *
 * @param wire the size as the API's PoolSize
 */
record PoolSizeArgument(JsonValue wire) {
  /** The syntax, for help texts. */
  static final String FORM = "N|auto[:MIN-MAX]";

  private static final int MOST = 4096;
  private static final Pattern FIXED = Pattern.compile("\\d{1,9}");
  private static final Pattern BOUNDED = Pattern.compile("auto:(\\d{1,9})-(\\d{1,9})");

  /** Parses a size for picocli. */
  static final class Converter implements ITypeConverter<PoolSizeArgument> {
    @Override
    public PoolSizeArgument convert(String text) {
      return parse(text);
    }
  }

  private static PoolSizeArgument parse(String text) {
    if (text.equals("auto")) {
      return new PoolSizeArgument(JsonValue.object().with("auto", JsonValue.object()));
    }
    if (FIXED.matcher(text).matches()) {
      int fixed = number(text, text);
      return new PoolSizeArgument(JsonValue.object().with("fixed", fixed));
    }
    Matcher bounded = BOUNDED.matcher(text);
    if (!bounded.matches()) {
      throw refusal(text);
    }
    int min = number(text, bounded.group(1));
    int max = number(text, bounded.group(2));
    if (max < min || max == 0) {
      throw refusal(text);
    }
    JsonValue auto = JsonValue.object().with("min", min).with("max", max);
    return new PoolSizeArgument(JsonValue.object().with("auto", auto));
  }

  private static int number(String text, String digits) {
    int number = Integer.parseInt(digits);
    if (number > MOST) {
      throw refusal(text);
    }
    return number;
  }

  private static TypeConversionException refusal(String text) {
    return new TypeConversionException(
        "'%s' is not a pool size: write a number 0..%d, \"auto\", or bounds such as \"auto:1-8\""
            .formatted(text, MOST));
  }
}
