package io.vmfactory.harness.storm;

import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.SnapshotVmRequest;
import io.vmfactory.api.v1.SnapshotVmResponse;
import io.vmfactory.api.v1.Template;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.VmHandle;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.harness.storm.History.Entry;
import io.vmfactory.harness.storm.Operation.Kind;
import io.vmfactory.harness.storm.Operation.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The calls of one actor for named templates. Records each call and its result in the history. */
final class RecordedTemplates {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  /** The label of a template that says how many layers the drives of its clones have. */
  private static final String LAYERS = "layers";

  private final String actor;
  private final History history;
  private final FactoryClient client;

  RecordedTemplates(String actor, History history, FactoryClient client) {
    this.actor = actor;
    this.history = history;
    this.client = client;
  }

  /** Stores the VM as the next version of {@code name}; returns whether that succeeded. */
  boolean store(Grant source, String name, boolean endSource) {
    Deadline deadline = Deadline.after(LIMIT);
    SnapshotVmRequest request =
        SnapshotVmRequest.newBuilder()
            .setLeaseId(source.lease())
            .setName(name)
            .putLabels(LAYERS, Integer.toString(source.layers() + 1))
            .setEndSource(endSource)
            .build();
    Entry entry =
        history
            .begin(actor, endSource ? Kind.STORE_AND_END : Kind.STORE, deadline)
            .vm(source.vm())
            .template(StoredTemplate.named(name));
    SnapshotVmResponse stored =
        RecordedCalls.tried(entry, e -> client.templates().snapshot(request, deadline));
    if (stored != null) {
      entry.template(StoredTemplate.of(stored.getTemplate())).end(Outcome.OK, "");
    }
    return stored != null;
  }

  /**
   * Returns a clone of a template, or empty if the call failed.
   *
   * @param template with version 0, the one that the bare name means
   * @param request the rest of the request
   */
  Optional<Grant> get(StoredTemplate template, GetVmRequest request, Deadline deadline) {
    Entry entry = history.begin(actor, Kind.GET_NAMED, deadline).template(template);
    GetVmRequest named = request.toBuilder().setTemplate(template.label()).build();
    VmHandle handle = RecordedCalls.tried(entry, e -> client.getVm(named, deadline));
    if (handle == null) {
      return Optional.empty();
    }
    Template given = handle.granted().getTemplate();
    entry.vm(handle.vm().getId()).lease(handle.lease().getId(), RecordedCalls.ttl(handle));
    entry.template(StoredTemplate.of(given));
    String how = template.version() == 0 ? TemplateRules.BARE : "version ";
    Operation got = entry.end(Outcome.OK, how + handle.granted().getRoute());
    int layers = Integer.parseInt(given.getLabelsOrThrow(LAYERS));
    return Optional.of(new Grant(handle, got, layers, false));
  }

  /** Returns the versions of a name that are in the store; empty if no daemon answers. */
  List<StoredTemplate> versions(String name) {
    try {
      return client.templates().list(Deadline.after(LIMIT)).stream()
          .filter(template -> template.getName().equals(name))
          .map(StoredTemplate::of)
          .toList();
    } catch (FactoryException e) {
      return List.of();
    }
  }

  void rollBack(StoredTemplate template) {
    Deadline deadline = Deadline.after(LIMIT);
    Entry entry = history.begin(actor, Kind.ROLL_BACK, deadline).template(template);
    Object done =
        RecordedCalls.tried(
            entry, e -> client.templates().rollback(template.name(), template.version(), deadline));
    if (done != null) {
      entry.end(Outcome.OK, "");
    }
  }

  /** Removes one version. */
  void remove(StoredTemplate template) {
    removed(
        template,
        deadline -> {
          client.templates().delete(template.label(), deadline);
          return List.of(template);
        });
  }

  /** Removes all versions of a name but the current one and the {@code keep} newest others. */
  void prune(String name, int keep) {
    removed(
        StoredTemplate.named(name),
        deadline ->
            client.templates().prune(name, keep, deadline).getRemovedList().stream()
                .map(StoredTemplate::of)
                .toList());
  }

  /** Removes a name with all its versions. */
  void removeAll(String name) {
    List<StoredTemplate> all = versions(name);
    StoredTemplate named = StoredTemplate.named(name);
    removed(
        named,
        deadline -> {
          client.templates().delete(name, deadline);
          return all;
        });
  }

  /**
   * Records the removal of each template that {@code call} says it has removed; if it fails, that
   * of {@code wanted}.
   */
  private void removed(StoredTemplate wanted, Function<Deadline, List<StoredTemplate>> call) {
    Deadline deadline = Deadline.after(LIMIT);
    Entry entry = history.begin(actor, Kind.REMOVE, deadline).template(wanted);
    List<StoredTemplate> gone = RecordedCalls.tried(entry, e -> call.apply(deadline));
    if (gone == null) {
      return;
    }
    Operation all = entry.end(Outcome.OK, gone.size() + " removed");
    gone.forEach(
        one ->
            history
                .begin(actor, Kind.REMOVE, deadline)
                .since(all)
                .template(one)
                .end(Outcome.OK, "one of them"));
  }

  /** Keeps idle VMs of the current version of a name. */
  void keep(String name, int warm, int shells) {
    Deadline deadline = Deadline.after(LIMIT);
    Entry entry = history.begin(actor, Kind.KEEP, deadline).template(StoredTemplate.named(name));
    Object done =
        RecordedCalls.tried(entry, e -> client.pools().resize(name, warm, shells, deadline));
    if (done != null) {
      entry.end(Outcome.OK, warm + " warm, " + shells + " shells");
    }
  }
}
