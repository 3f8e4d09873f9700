package io.vmfactory.factory.app;

/** All that the daemon can be asked to do, by noun, as its skins see it. */
public record Verbs(
    Vms vms,
    Pauses pauses,
    Attachments attachments,
    TemplateDesk templates,
    PoolDesk pools,
    Control control) {}
