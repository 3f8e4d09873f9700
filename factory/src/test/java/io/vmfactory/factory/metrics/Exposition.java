package io.vmfactory.factory.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page in Prometheus's text format 0.0.4, parsed strictly: anything that Prometheus would refuse
 * or its conventions forbid is an assertion error. Source: prometheus.io, "Exposition formats" and
 * "Metric and label naming".
 */
public final class Exposition {
  private static final Pattern HEAD =
      Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? (\\S+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\"(?:,|$)");

  private final Map<String, String> types = new LinkedHashMap<>();
  private final Set<String> helped = new HashSet<>();
  private final Map<String, Double> samples = new LinkedHashMap<>();

  /** Parses {@code page}. */
  public Exposition(String page) {
    assertThat(page).endsWith("\n");
    for (String line : page.lines().toList()) {
      if (line.startsWith("#")) {
        head(line);
      } else {
        sample(line);
      }
    }
    assertThat(helped).isEqualTo(types.keySet());
    types.forEach(this::checkFamily);
  }

  private void head(String line) {
    Matcher head = HEAD.matcher(line);
    assertThat(head.matches()).as(line).isTrue();
    String name = head.group(2);
    if (head.group(1).equals("HELP")) {
      assertThat(helped.add(name)).as("one HELP: " + line).isTrue();
    } else {
      assertThat(head.group(3)).isIn("counter", "gauge", "histogram", "summary");
      assertThat(types.put(name, head.group(3))).as("one TYPE: " + line).isNull();
    }
  }

  private void sample(String line) {
    Matcher sample = SAMPLE.matcher(line);
    assertThat(sample.matches()).as(line).isTrue();
    SortedMap<String, String> labels = labels(sample.group(2), line);
    assertThat(types).as("a TYPE before " + line).containsKey(family(sample.group(1)));
    Double before = samples.put(series(sample.group(1), labels), number(sample.group(3)));
    assertThat(before).as("once only: " + line).isNull();
  }

  private static SortedMap<String, String> labels(String text, String line) {
    SortedMap<String, String> labels = new TreeMap<>();
    if (text != null) {
      Matcher label = LABEL.matcher(text);
      int end = 0;
      while (label.find() && label.start() == end) {
        assertThat(labels.put(label.group(1), label.group(2))).as(line).isNull();
        end = label.end();
      }
      assertThat(end).as(line).isEqualTo(text.length());
    }
    return labels;
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  private String family(String name) {
    if (types.containsKey(name)) {
      return name;
    }
    return name.replaceFirst("_(bucket|sum|count)$", "");
  }

  private void checkFamily(String name, String type) {
    assertThat(name).matches("(vmfactory|jvm|process)_[a-z0-9_]+");
    assertThat(name.endsWith("_total")).as(name).isEqualTo(type.equals("counter"));
    assertThat(name).doesNotContainPattern("_(ms|millis|kib|mib|kb|minutes|percent)(_|$)");
    if (type.equals("histogram")) {
      series(name + "_count").forEach(series -> checkBuckets(name, series));
    }
  }

  private void checkBuckets(String name, String countSeries) {
    String labels = countSeries.substring((name + "_count").length());
    List<Double> counts = new ArrayList<>();
    for (String bucket : series(name + "_bucket")) {
      String own = bucket.replaceFirst("le=[^,}]*,?", "").replace(",}", "}");
      if (own.substring((name + "_bucket").length()).replace("{}", "").equals(labels)) {
        counts.add(samples.get(bucket));
      }
    }
    assertThat(counts).as(countSeries).hasSizeGreaterThan(2).isSorted();
    assertThat(counts.get(counts.size() - 1)).isEqualTo(samples.get(countSeries));
  }

  private static String series(String name, SortedMap<String, String> labels) {
    return labels.isEmpty() ? name : name + labels.toString().replace(", ", ",");
  }

  /**
   * Returns the value of a series, written {@code name} or <code>name{a=x,b=y}</code> with labels
   * sorted.
   */
  public double value(String series) {
    assertThat(samples).containsKey(series);
    return samples.get(series);
  }

  /** Returns all series of exactly that name. */
  public List<String> series(String name) {
    return samples.keySet().stream()
        .filter(series -> series.equals(name) || series.startsWith(name + "{"))
        .toList();
  }

  /** Returns the names of all samples, as a query has them. */
  public Set<String> names() {
    Set<String> names = new HashSet<>();
    samples.keySet().forEach(series -> names.add(series.replaceFirst("\\{.*", "")));
    return names;
  }

  /** Returns the names of the labels of the samples of exactly that name. */
  public Set<String> labels(String name) {
    Set<String> labels = new HashSet<>();
    for (String series : series(name)) {
      Matcher label = Pattern.compile("[{,]([a-zA-Z_][a-zA-Z0-9_]*)=").matcher(series);
      while (label.find()) {
        labels.add(label.group(1));
      }
    }
    return labels;
  }

  /** Returns the names of the families. */
  public Set<String> families() {
    return types.keySet();
  }
}
