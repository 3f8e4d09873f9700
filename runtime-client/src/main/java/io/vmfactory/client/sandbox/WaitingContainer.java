package io.vmfactory.client.sandbox;

/**
 * A container of a new clone whose program has not begun and can be chosen.
 *
 * @param id its id
 * @param shape what it keeps from its creation on
 */
public record WaitingContainer(String id, ContainerShape shape) {}
