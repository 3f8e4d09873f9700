package io.vmfactory.harness.storm;

import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.Template;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Uninterrupted;
import io.vmfactory.harness.daemon.DaemonHome;
import io.vmfactory.harness.daemon.DaemonProcess;
import io.vmfactory.harness.daemon.Quiet;
import io.vmfactory.harness.storm.Operation.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A storm in cycles. In each cycle clients and chaos run at once; then follows a calm in which
 * everything must be back in its place. After the last cycle the daemon is ended, and nothing may
 * be left.
 */
public final class Storm {
  /**
   * A small pool with frequent upkeep, so that examinations and replacements meet the other work.
   */
  private static final String SETTINGS =
      """
      max_vms = 64
      workers = 16

      [pool]
      vm_cache_number = 3
      shell_number = 2
      health_interval = "3s"
      probe_interval = "10s"
      warm_ttl = "60s"
      """;

  private static final Duration TEMPLATE_LIMIT = Duration.ofMinutes(3);
  private static final Duration CYCLE_LIMIT = Duration.ofMinutes(10);
  private static final Duration CALM_LIMIT = Duration.ofMinutes(2);
  private static final Duration LOOK_LIMIT = Duration.ofSeconds(10);

  /** The descriptors that a daemon may have in a calm beyond those in the first calm. */
  private static final int FILES_MORE = 24;

  /**
   * The descriptors of a named template that is loaded: its memory, and a drive's image and layers.
   */
  private static final int FILES_OF_TEMPLATE = 18;

  private static final int IMAGE_BYTES = 1 << 20;

  private final Options options;
  private final Consumer<String> progress;
  private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> complaints = new ArrayList<>();
  private final Ground ground;
  private final Foundlings foundlings;
  private final Residue residue;
  private int filesAtFirst = -1;

  /**
   * The length and strength of a storm.
   *
   * @param seed decides every choice
   * @param steps operations of each client in a cycle
   */
  public record Options(int cycles, long seed, int clients, int steps) {}

  /**
   * The result of a storm.
   *
   * @param complaints what is wrong, in words; empty = nothing
   * @param operations operations of clients and chaos
   * @param vmsKilled VMs that were killed or frozen
   * @param daemonsEnded daemons that were killed or replaced
   */
  public record Result(List<String> complaints, int operations, int vmsKilled, int daemonsEnded) {
    static Result of(List<String> complaints, List<Operation> history) {
      return new Result(
          List.copyOf(complaints),
          history.size(),
          count(history, o -> o.kind() == Kind.KILL_VM || o.kind() == Kind.FREEZE_VM),
          count(history, Operation::endsDaemon));
    }

    private static int count(List<Operation> history, Predicate<Operation> which) {
      return (int) history.stream().filter(which).count();
    }
  }

  private Storm(Seat seat, Options options, Consumer<String> progress) {
    this.options = options;
    this.progress = progress;
    this.ground = new Ground(seat, new History(), timers, seat.home().folder().resolve("image"));
    this.foundlings = new Foundlings(seat.home().vms());
    this.residue = new Residue(seat.home());
  }

  /**
   * Runs a storm.
   *
   * @param command starts {@code vmfactory}
   * @param progress gets the progress, line by line
   */
  public static Result run(List<String> command, Options options, Consumer<String> progress)
      throws IOException, InterruptedException {
    DaemonHome home = DaemonHome.make(command, SETTINGS);
    home.endWithProcess();
    Seat seat = new Seat(home);
    Storm storm = new Storm(seat, options, progress);
    try {
      storm.blow();
    } catch (RuntimeException e) {
      storm.complaints.add("the storm broke off: " + ErrorText.of(e));
      progress.accept("the end of the daemon's log:\n" + home.log());
    } finally {
      storm.threads.shutdownNow();
      storm.timers.shutdownNow();
      Uninterrupted.run(storm::clear);
    }
    List<Operation> history = storm.ground.history().all();
    Summary.lines(history).forEach(progress);
    storm.complaints.addAll(Checker.complaints(history));
    Summary.concerned(history, storm.complaints).forEach(progress);
    return Result.of(storm.complaints, history);
  }

  private void blow() throws IOException, InterruptedException {
    progress.accept("seed " + options.seed());
    try (FactoryClient client = FactoryClient.open(ground.seat().home().socket())) {
      Files.write(ground.image(), new byte[IMAGE_BYTES]);
      String key =
          client
              .templates()
              .create(
                  CreateTemplateRequest.getDefaultInstance(),
                  step -> {},
                  Deadline.after(TEMPLATE_LIMIT))
              .getKey();
      calm(client, "before");
      List<StormClient> clients = clients();
      Chaos chaos = new Chaos(options.seed(), ground, options.clients() * options.steps());
      try {
        for (int cycle = 0; cycle < options.cycles(); cycle++) {
          cycle(cycle, clients, chaos);
          calm(client, "cycle %d of %d".formatted(cycle + 1, options.cycles()));
        }
      } finally {
        clients.forEach(StormClient::close);
      }
      removeNamed(client);
      calm(client, "without named templates");
      end(key);
    }
  }

  private static void removeNamed(FactoryClient client) {
    Deadline deadline = Deadline.after(CALM_LIMIT);
    client.templates().list(deadline).stream()
        .map(Template::getName)
        .filter(name -> !name.isEmpty())
        .distinct()
        .forEach(name -> client.templates().delete(name, deadline));
  }

  private List<StormClient> clients() {
    List<StormClient> clients = new ArrayList<>();
    for (int i = 1; i <= options.clients(); i++) {
      clients.add(new StormClient(i, options.seed(), ground));
    }
    return clients;
  }

  private void cycle(int number, List<StormClient> clients, Chaos chaos) {
    List<CompletableFuture<Void>> actors = new ArrayList<>();
    actors.add(act(() -> chaos.cycle(number)));
    clients.forEach(client -> actors.add(act(() -> client.cycle(options.steps()))));
    Deadline.after(CYCLE_LIMIT)
        .await(
            CompletableFuture.allOf(actors.toArray(CompletableFuture[]::new)),
            "all actors of cycle " + (number + 1));
  }

  /** The work of an actor. */
  private interface Act {
    void run() throws Exception;
  }

  private CompletableFuture<Void> act(Act act) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    threads.execute(
        () -> {
          try {
            act.run();
            done.complete(null);
          } catch (Exception | Error e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }

  /** Checks that everything is in its place again, as the daemon and the host report it. */
  private void calm(FactoryClient client, String when) throws IOException, InterruptedException {
    long start = System.nanoTime();
    GetStatusResponse status = Quiet.await(client, Deadline.after(CALM_LIMIT));
    foundlings.bury(ground.history().all());
    int idle = status.getPoolsList().stream().mapToInt(Quiet::ready).sum();
    Leftovers left = Leftovers.look(ground.seat().home().vms(), idle, Deadline.after(LOOK_LIMIT));
    left.complaints(idle).forEach(c -> complaints.add(when + ": " + c));
    List<Template> templates = client.templates().list(Deadline.after(LOOK_LIMIT));
    DaemonProcess daemon = ground.seat().daemon();
    residue.atRest(daemon, templates).forEach(c -> complaints.add(when + ": " + c));
    int named =
        (int) templates.stream().filter(t -> !t.getName().isEmpty() && t.getLoaded()).count();
    int files = daemon.openFiles();
    if (filesAtFirst < 0) {
      filesAtFirst = files;
    } else if (files > filesAtFirst + FILES_MORE + named * FILES_OF_TEMPLATE) {
      complaints.add("%s: %d files open, %d at first".formatted(when, files, filesAtFirst));
    }
    progress.accept(
        "%s: %d operations so far, calm after %d ms, %d VMs wait, %d templates, %d files open%s"
            .formatted(
                when,
                ground.history().begun(),
                (System.nanoTime() - start) / 1_000_000,
                idle,
                templates.size(),
                files,
                complaints.isEmpty() ? "" : ", " + complaints.size() + " complaints"));
  }

  /** Replaces the daemon by the last one, which takes over the VMs and ends without keeping any. */
  private void end(String key) throws IOException {
    Seat seat = ground.seat();
    progress.accept("the last daemon is " + seat.replaceByLast());
    seat.end();
    Leftovers left = Leftovers.now(seat.home().vms());
    left.complaints(0).forEach(c -> complaints.add("at the end: " + c));
    residue.afterwards(key).forEach(c -> complaints.add("at the end: " + c));
  }

  /** Leaves the host clean, whatever happened. */
  private void clear() {
    Seat seat = ground.seat();
    seat.vacate();
    Leftovers.killAll(seat.home().vms(), Deadline.after(CALM_LIMIT));
    seat.home().close();
  }
}
