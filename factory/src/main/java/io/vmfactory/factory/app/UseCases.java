package io.vmfactory.factory.app;

import io.vmfactory.configs.PoolConfig.Count;
import io.vmfactory.factory.events.Events;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.template.BuildListener;
import io.vmfactory.template.TemplateInfo;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All the daemon's verbs, as its skins see them. */
public record UseCases(
    UseCase<VmRequest, GrantedVm> getVm,
    UseCase<VmRequest, GrantedVm> getBaseVm,
    UseCase<Renewal, Lease> renewLease,
    UseCase<String, String> releaseVm,
    UseCase<TemplateRequest, TemplateInfo> createTemplate,
    UseCase<Nothing, List<TemplateInfo>> listTemplates,
    UseCase<String, String> deleteTemplate,
    Attachments attachments,
    Pools pools,
    UseCase<Boolean, Status> getStatus,
    UseCase<Boolean, Nothing> shutdown,
    Events events) {

  /** What can be done to pools. */
  public record Pools(
      UseCase<PoolResize, List<PoolView>> resize, UseCase<String, List<PoolView>> drain) {}

  /** Asks or answers nothing. */
  public enum Nothing {
    NOTHING
  }

  /**
   * A wish to keep a VM longer.
   *
   * @param ttl null = as before
   */
  public record Renewal(String leaseId, @Nullable Duration ttl) {}

  /**
   * A wish for other numbers of VMs kept.
   *
   * @param templateKey key or a prefix of at least 8 digits; empty = every template, later ones too
   * @param warm null = as before
   * @param shells null = as before
   */
  public record PoolResize(String templateKey, @Nullable Count warm, @Nullable Count shells) {}

  /**
   * A wish for a template.
   *
   * @param vcpus null = as configured
   * @param memoryMib null = as configured
   * @param replace build again even if a usable one is there
   */
  public record TemplateRequest(
      @Nullable Integer vcpus,
      @Nullable Integer memoryMib,
      boolean replace,
      BuildListener listener) {}
}
