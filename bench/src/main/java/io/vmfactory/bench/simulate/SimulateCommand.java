package io.vmfactory.bench.simulate;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vmfactory.bench.simulate.Simulation.Setup;
import io.vmfactory.bench.simulate.Simulations.Comparison;
import io.vmfactory.configs.Units;
import io.vmfactory.pool.PoolSizing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * The command {@code bench simulate}: replays traces of arrivals against sizing policies of the
 * pool.
 */
@Command(
    name = "simulate",
    description = {
      "Replays arrivals against the pool's own code, with VMs that only take time and memory.",
      "Each policy is shown beside the smallest fixed size that serves as many requests from",
      "waiting VMs. Simulated days take seconds; the same options give the same figures."
    },
    mixinStandardHelpOptions = true)
public final class SimulateCommand implements Callable<Integer> {
  private static final int MOST_SEEDS = 1000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--trace",
      paramLabel = "SHAPE|FILE.csv",
      description = {
        "poisson, diurnal, bursty, office, or a file with one line per arrival: its second,",
        "and optionally for how many seconds the VM is held (default: every shape)"
      })
  private List<String> traces = Stream.of(ArrivalShape.values()).map(ArrivalShape::word).toList();

  @Option(
      names = "--seed",
      description = "determines the arrivals of a shape (default: ${DEFAULT-VALUE})")
  private long seed = Simulations.SEED;

  @Option(
      names = "--seeds",
      description =
          "how many seeds, counted up from --seed; shows the spread (default: ${DEFAULT-VALUE})")
  private int seeds = 1;

  @Option(
      names = "--rate",
      description = "for a shape, mean requests per second (default: ${DEFAULT-VALUE})")
  private double rate = Simulations.RATE;

  @Option(
      names = "--hours",
      description = "for a shape, its length in hours (default: ${DEFAULT-VALUE})")
  private double hours = Simulations.HOURS;

  @Option(
      names = "--build-time",
      converter = Span.class,
      description = "mean time to make a VM; each varies by up to a fifth (default: 5s)")
  private Duration buildTime = Simulations.SETUP.buildTime();

  @Option(
      names = "--at-once",
      description = "VMs made at the same time (default: ${DEFAULT-VALUE})")
  private int atOnce = Simulations.SETUP.atOnce();

  @Option(
      names = "--vm-memory",
      converter = Mebibytes.class,
      description = "private memory of a waiting VM (default: 16MiB)")
  private double vmMebibytes = Simulations.SETUP.vmMebibytes();

  @Option(
      names = "--shell-memory",
      converter = Mebibytes.class,
      description = "private memory of a waiting shell (default: 12MiB)")
  private double shellMebibytes = Simulations.SETUP.shellMebibytes();

  @Option(
      names = "--shells",
      converter = Sizings.class,
      paramLabel = "POLICY",
      description = "shells to keep, whatever the policy (default: fixed:0)")
  private PoolSizing shells = Simulations.SETUP.shells();

  @Option(
      names = "--policy",
      converter = Sizings.class,
      description = "warm VMs: fixed:N, auto or auto:MIN..MAX; may be repeated (default: auto)")
  private List<PoolSizing> policies = List.of(Policy.of("auto"));

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "also write all results to this file")
  private @Nullable Path json;

  @Override
  public Integer call() throws IOException {
    check(rate > 0 && rate <= 1000, "--rate must be above 0 and at most 1000");
    check(hours > 0 && hours <= 8784, "--hours must be above 0 and at most 8784");
    check(
        rate * hours <= 10_000, "--rate times --hours must be at most 10000: 36 million arrivals");
    check(atOnce >= 1 && atOnce <= 4096, "--at-once must be from 1 to 4096");
    check(seeds >= 1 && seeds <= MOST_SEEDS, "--seeds must be from 1 to " + MOST_SEEDS);
    Setup setup = new Setup(buildTime, atOnce, vmMebibytes, shellMebibytes, shells);
    SimulationTable table = new SimulationTable(spec.commandLine().getOut());
    List<Comparison> all = new ArrayList<>();
    table.head();
    for (String trace : traces) {
      for (PoolSizing policy : policies) {
        List<Comparison> spread = spread(trace, policy, setup);
        table.row(spread);
        all.addAll(spread);
      }
    }
    table.promises(all);
    if (json != null) {
      Files.write(json, new ObjectMapper().writeValueAsBytes(all));
    }
    return 0;
  }

  private List<Comparison> spread(String word, PoolSizing policy, Setup setup) throws IOException {
    List<Comparison> spread = new ArrayList<>();
    int files = shape(word) == null ? 1 : seeds;
    for (int i = 0; i < files; i++) {
      spread.add(Simulations.compare(trace(word, seed + i), policy, setup));
    }
    return spread;
  }

  private Trace trace(String word, long ofSeed) throws IOException {
    ArrivalShape shape = shape(word);
    if (shape != null) {
      return shape.trace(rate, hours * 3600, ofSeed);
    }
    Path file = Path.of(word);
    check(Files.isReadable(file), "'%s' is neither a shape nor a readable file".formatted(word));
    try {
      return CsvTrace.read(file);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private static @Nullable ArrivalShape shape(String word) {
    return Stream.of(ArrivalShape.values())
        .filter(s -> s.word().equals(word))
        .findFirst()
        .orElse(null);
  }

  private void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), otherwise);
    }
  }

  /** Reads a duration above zero. */
  private static final class Span implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      return Units.duration(text)
          .filter(span -> !span.isZero())
          .orElseThrow(() -> new TypeConversionException("not " + Units.DURATION_FORM));
    }
  }

  /** Reads an amount of memory. */
  private static final class Mebibytes implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      return Units.bytes(text)
          .map(bytes -> bytes / (double) (1 << 20))
          .orElseThrow(() -> new TypeConversionException("not " + Units.BYTES_FORM));
    }
  }

  /** Reads a policy. */
  private static final class Sizings implements ITypeConverter<PoolSizing> {
    @Override
    public PoolSizing convert(String text) {
      try {
        return Policy.of(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
