package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.app.TemplateDesk.TemplateRequest;
import io.vmfactory.factory.events.EventBus;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.events.Failures;
import io.vmfactory.factory.request.HostMemory;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.routes.Admission;
import io.vmfactory.factory.routes.RequestsInFlight;
import io.vmfactory.factory.routes.Rules;
import io.vmfactory.factory.templates.TemplateCatalogue;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;
import io.vmfactory.vmm.VmSpec;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Builds a template of the configured spec, at most once at a time for each key. */
final class CreateTemplate {
  private final Set<TemplateKey> building = ConcurrentHashMap.newKeySet();
  private final Rules rules;
  private final TemplateCatalogue catalogue;
  private final VmSpec configured;
  private final RequestsInFlight inFlight;
  private final Admission places;
  private final HostMemory memory;
  private final EventBus events;
  private final Failures failures;

  CreateTemplate(
      Rules rules,
      TemplateCatalogue catalogue,
      VmSpec configured,
      RequestsInFlight inFlight,
      Admission places,
      HostMemory memory,
      EventBus events,
      Failures failures) {
    this.rules = rules;
    this.catalogue = catalogue;
    this.configured = configured;
    this.inFlight = inFlight;
    this.places = places;
    this.memory = memory;
    this.events = events;
    this.failures = failures;
  }

  TemplateInfo run(TemplateRequest request, Deadline deadline) {
    rules.requireTemplates();
    VmSpec spec = configured.withBoot(rules.size(request.vcpus(), request.memoryMib()));
    return inFlight.run(() -> once(spec, request, deadline));
  }

  private TemplateInfo once(VmSpec spec, TemplateRequest request, Deadline deadline) {
    TemplateKey key = catalogue.keyOf(spec);
    if (!building.add(key)) {
      throw Refusals.notPossible(
          "template %s is being built by another call; wait for it".formatted(key.shortened()));
    }
    try {
      if (!request.replace() && catalogue.usable(key)) {
        throw new RequestException(
            Reason.ALREADY_EXISTS,
            "template %s is there already; ask to replace it".formatted(key.shortened()));
      }
      return build(spec, request, deadline);
    } finally {
      building.remove(key);
    }
  }

  private TemplateInfo build(VmSpec spec, TemplateRequest request, Deadline deadline) {
    try (Admission.Place place = places.enter()) {
      memory.require(spec.boot().memoryMib());
      TemplateInfo info = catalogue.build(spec, request.listener(), deadline);
      events.emit(Kind.TEMPLATE_CREATED, "", "", info.key().hex(), "");
      return info;
    } catch (RequestException e) {
      throw e;
    } catch (RuntimeException e) {
      failures.record("building a template", "", e);
      throw e;
    }
  }
}
