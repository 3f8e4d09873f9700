package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.events.EventBus;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.SnapshotRequest;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.factory.routes.Rules;
import io.vmfactory.factory.templates.TemplateCatalogue;
import io.vmfactory.factory.templates.TemplateNames;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.template.SnapshotNote;
import io.vmfactory.template.SnapshotNote.Owner;
import io.vmfactory.template.TemplateName;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmSnapshot;
import java.nio.file.Path;

/** Stores a leased VM as the next version of a named template. */
final class SnapshotVm {
  private final Rules rules;
  private final LeaseBook leases;
  private final Store store;
  private final Storing storing;

  /**
   * Where snapshots go.
   *
   * @param overlays where the source's next copy-on-write files are made
   */
  record Store(TemplateCatalogue catalogue, TemplateNames names, EventBus events, Path overlays) {}

  SnapshotVm(Rules rules, LeaseBook leases, Store store, Storing storing) {
    this.rules = rules;
    this.leases = leases;
    this.store = store;
    this.storing = storing;
  }

  StoredVm run(Peer client, SnapshotRequest request, Deadline deadline) {
    return storing.observed(
        Verb.SNAPSHOT_VM, "SNAPSHOT", StoredVm::hops, () -> stored(client, request, deadline));
  }

  private StoredVm stored(Peer client, SnapshotRequest request, Deadline deadline) {
    rules.check(request);
    HostedVm source = leases.hosted(client, request.source());
    Owner owner = TemplateNames.owner(client);
    Plan plan =
        new Plan(
            TemplateName.of(owner, request.name()),
            new SnapshotNote(source.templateKey(), owner, request.labels(), request.description()));
    StoredVm stored = inTurn(client, request, source, plan, deadline);
    Long seenBy = owner.shared() ? null : owner.uid();
    String key = stored.template().key().hex();
    store.events().emit(Kind.TEMPLATE_CREATED, seenBy, "", "", key, stored.template().label());
    if (request.endSource()) {
      endIfThere(client, request.source());
    }
    return stored;
  }

  /** The template is stored, so it does not matter if the source has ended by itself meanwhile. */
  private void endIfThere(Peer client, LeaseId source) {
    try {
      leases.release(client, source);
    } catch (RequestException e) {
      if (e.reason() != RequestException.Reason.NOT_FOUND) {
        throw e;
      }
    }
  }

  private StoredVm inTurn(
      Peer client, SnapshotRequest request, HostedVm source, Plan plan, Deadline deadline) {
    Laps laps = new Laps();
    return storing.inTurn(
        source,
        deadline,
        () -> {
          laps.lap("turn");
          return leases.use(
              client,
              request.source(),
              vm ->
                  request.endSource()
                      ? Standstill.during(vm, deadline, () -> taken(vm, plan, laps, deadline))
                      : taken(vm, plan, laps, deadline));
        });
  }

  /** What the template will be. */
  private record Plan(TemplateName name, SnapshotNote note) {}

  private StoredVm taken(Vm vm, Plan plan, Laps laps, Deadline deadline) {
    try (VmSnapshot taken = vm.snapshot(store.overlays(), laps, deadline)) {
      var info = store.catalogue().store(taken, plan.name(), plan.note(), laps, deadline);
      TemplateView view = store.names().view(info);
      return new StoredVm(view, taken.pause(), taken.writtenBytes(), laps.all());
    }
  }
}
