package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.events.EventBus;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.SnapshotRequest;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.factory.templates.TemplateCatalogue;
import io.vmfactory.factory.templates.TemplateNames;
import io.vmfactory.factory.templates.TemplateShares;
import io.vmfactory.template.SnapshotNote.Owner;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;
import io.vmfactory.template.TemplateName;
import io.vmfactory.template.TemplateVersions;
import io.vmfactory.template.TemplateVersions.Version;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The verbs of templates. */
final class TemplateVerbs implements TemplateDesk {
  private static final String DELETE = "DeleteTemplate";

  private final CreateTemplate createTemplate;
  private final SnapshotVm snapshotVm;
  private final TemplateNames names;
  private final TemplateCatalogue catalogue;
  private final EventBus events;

  TemplateVerbs(
      CreateTemplate createTemplate,
      SnapshotVm snapshotVm,
      TemplateNames names,
      TemplateCatalogue catalogue,
      EventBus events) {
    this.createTemplate = createTemplate;
    this.snapshotVm = snapshotVm;
    this.names = names;
    this.catalogue = catalogue;
    this.events = events;
  }

  @Override
  public TemplateInfo create(TemplateRequest request, Deadline deadline) {
    return createTemplate.run(request, deadline);
  }

  @Override
  public StoredVm snapshot(Peer client, SnapshotRequest request, Deadline deadline) {
    return snapshotVm.run(client, request, deadline);
  }

  @Override
  public List<TemplateView> list(Peer client) {
    return names.visible(client, catalogue.list());
  }

  @Override
  public TemplateView get(Peer client, String template) {
    return names.resolve(client, template);
  }

  @Override
  public TemplateView rollBack(Peer client, String name, int version) {
    TemplateVersions versions = owned(client, name, "RollbackTemplate");
    TemplateView target = names.resolve(client, name + ":" + version);
    if (!target.info().usable()) {
      throw Refusals.notPossible(
          "template %s cannot be used: %s".formatted(target.label(), target.info().refused()));
    }
    catalogue.rollBack(versions.name(), version);
    return names.view(target.info());
  }

  private TemplateVersions owned(Peer client, String name, String call) {
    TemplateVersions versions = names.versions(client, name);
    TemplateNames.requireOwner(client, versions.name().owner(), call);
    return versions;
  }

  @Override
  public List<String> delete(Peer client, String template, Deadline deadline) {
    if (TemplateName.isName(template)) {
      return removed(owned(client, template, DELETE), deadline);
    }
    if (TemplateNames.isNamed(template)) {
      TemplateNames.Named named = names.named(client, template);
      return removed(client, named.key(), named.versions().name().owner(), deadline);
    }
    TemplateView found = names.resolve(client, template);
    return removed(client, found.key(), found.owner(), deadline);
  }

  /** Removes all versions, and returns their keys, that of the current one first. */
  private List<String> removed(TemplateVersions versions, Deadline deadline) {
    catalogue.delete(versions, deadline);
    List<String> keys =
        Stream.concat(versions.version(0).stream(), versions.old(0).stream())
            .map(Version::key)
            .toList();
    keys.forEach(key -> announceDeleted(new TemplateKey(key), versions.name().owner()));
    return keys;
  }

  private List<String> removed(Peer client, TemplateKey key, Owner owner, Deadline deadline) {
    TemplateNames.requireOwner(client, owner, DELETE);
    catalogue.delete(key, deadline);
    announceDeleted(key, owner);
    return List.of(key.hex());
  }

  private void announceDeleted(TemplateKey key, Owner owner) {
    Long seenBy = owner.shared() ? null : owner.uid();
    events.emit(Kind.TEMPLATE_DELETED, seenBy, "", "", key.hex(), "");
  }

  @Override
  public Pruned prune(Peer client, String name, int keep, Deadline deadline) {
    List<TemplateVersions> chosen =
        name.isEmpty() ? names.changeable(client) : List.of(owned(client, name, "PruneTemplates"));
    Map<String, TemplateInfo> stored =
        catalogue.list().stream()
            .collect(Collectors.toMap(t -> t.key().hex(), Function.identity()));
    List<TemplateView> old =
        chosen.stream()
            .flatMap(versions -> versions.old(keep).stream())
            .map(version -> Optional.ofNullable(stored.get(version.key())))
            .flatMap(Optional::stream)
            .map(names::view)
            .toList();
    for (TemplateView template : old) {
      catalogue.delete(template.key(), deadline);
      announceDeleted(template.key(), template.owner());
    }
    return new Pruned(old, old.stream().mapToLong(t -> TemplateShares.diskBytes(t.info())).sum());
  }
}
