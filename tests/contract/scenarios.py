"""Rows, as operators write them, that make the actions send every kind of request they can send.

Each scenario is carried out, then again, and then undone where the action can. A new action is new lines here.
"""

from __future__ import annotations

from dataclasses import dataclass

from odt_async.columns.call_permissions import CallProfile
from odt_async.model import Status
from odt_async.sandbox.catalogue import (
    ADVANCED_MEETINGS,
    ADVANCED_MESSAGING,
    BASIC_MEETINGS,
    BASIC_MESSAGING,
    PROFESSIONAL,
    STANDARD,
    WORKSPACES,
)
from odt_async.sandbox.premise_routes import premise_routes
from odt_async.sandbox.profiles import sample_profiles
from odt_async.sandbox.state import Organisation
from tests.actions.staging import SMALL

ORGANISATION = Organisation(SMALL)
PROFILES = {name: CallProfile.model_validate(content) for name, content in sample_profiles().items()}
Cells = dict[str, str]  # column -> text, as in a CSV file


@dataclass(frozen=True)
class Scenario:
    """One row, and what goes before it."""

    action: str
    variant: str
    cells: Cells
    status: Status = Status.APPLIED
    undone: bool = True  # where the action can; False: not this row
    before: tuple[tuple[str, Cells], ...] = ()  # rows of actions that are carried out first
    faults: tuple[str, ...] = ()
    company: tuple[Cells, ...] = ()  # more rows, which share its calls

    def __str__(self) -> str:
        return f"{self.action}: {self.variant}"


def _place(index: int) -> Cells:
    return {"location_name": ORGANISATION.location(index).name}


def _who(index: int) -> Cells:
    return {"email": ORGANISATION.person(index).email}


def _room(index: int) -> Cells:
    workspace = ORGANISATION.workspace(index)
    return {"display_name": workspace.display_name, **_place(workspace.location)}


def _licence(*numbers: int) -> str:
    return ";".join(ORGANISATION.catalogue.licences[number].name for number in numbers)


_ROUTES = premise_routes(SMALL.seed)
_GROUP, _TRUNK = {"route_identity": _ROUTES.route_groups[3].name}, {"route_identity": _ROUTES.trunks[5].name}
_NEW = {"email": "nueva.persona@sandbox.example", "first_name": "Nueva", "last_name": "Persona Ruiz"}
_MORE = {"title": "Jefa de sala", "department": "Ventas"}
# by SMALL's rules: 16 has no PSTN, 18 is not even enabled for Calling
_NO_PSTN, _NOT_ENABLED = 16, 18

_LOCATIONS = (
    Scenario("ubicacion_configurar_pstn", "another route", _place(0) | _GROUP),
    Scenario("ubicacion_configurar_pstn", "a trunk", _place(1) | _TRUNK | {"premise_route_type": "TRUNK"}),
    Scenario("ubicacion_configurar_pstn", "first route", _place(_NO_PSTN) | _GROUP, undone=False),
    Scenario(
        "ubicacion_configurar_pstn", "a provider", _place(2) | {"pstn_connection_type": "Operadora Ejemplo"}
    ),
    Scenario(
        "ubicacion_configurar_pstn",
        "enabled first",
        _place(_NOT_ENABLED) | _GROUP | {"announcement_language": "es_ES", "preferred_language": "es_ES"},
        undone=False,
    ),
    Scenario(
        "ubicacion_alta_numeraciones_desactivadas",
        "a few",
        _place(0)
        | {"phone_numbers": "+34930000000;930000001", "phone_number_1": "930000002", "country": "ES"},
    ),
    Scenario(
        "ubicacion_alta_numeraciones_desactivadas",
        "so many that the location is listed",
        _place(0) | {"phone_numbers": ";".join(f"+349300001{number:02d}" for number in range(30))},
    ),
    Scenario(
        "ubicacion_alta_numeraciones_desactivadas",
        "of all columns",
        _place(0)
        | {"phone_numbers": "+34900100200", "number_type": "TOLLFREE"}
        | {"number_usage_type": "SERVICE", "number_state": "ACTIVE"},
    ),
    Scenario(
        "ubicacion_alta_numeraciones_desactivadas",
        "one refused",
        _place(0) | {"phone_numbers": "+34930000000;+34999000000"},
        Status.ERROR,
    ),
    Scenario(
        "ubicacion_alta_numeraciones_desactivadas",
        "of several rows",
        _place(0) | {"phone_numbers": "+34930000000;+34930000001"},
        company=(_place(0) | {"phone_numbers": "+34930000002"},),
    ),
    Scenario("ubicacion_actualizar_cabecera", "number", _place(0) | {"calling_line_id": "+34950000000"}),
    Scenario(
        "ubicacion_actualizar_cabecera",
        "number and name",
        _place(1) | {"phone_number": "950000001", "country": "ES", "calling_line_name": "Central"},
    ),
    Scenario("ubicacion_configurar_llamadas_internas", "to a route group", _place(0) | _GROUP),
    Scenario(
        "ubicacion_configurar_llamadas_internas",
        "to a trunk",
        _place(0) | _TRUNK | {"premise_route_type": "TRUNK"},
    ),
    Scenario(
        "ubicacion_configurar_llamadas_internas",
        "off",
        _place(0) | {"enable_unknown_extension_route_policy": "FALSE"},
        before=(("ubicacion_configurar_llamadas_internas", _place(0) | _GROUP),),
    ),
    Scenario(
        "ubicacion_configurar_permisos_salientes_defecto", "profile", _place(0) | {"perfil": "nacional"}
    ),
    Scenario(
        "ubicacion_configurar_permisos_salientes_defecto",
        "lists",
        _place(0) | {"allow_call_types": "INTERNATIONAL", "block_call_types": "NATIONAL|TOLL_FREE"},
    ),
    Scenario(
        "ubicacion_configurar_permisos_salientes_defecto",
        "refused under either form of the id",
        _place(_NOT_ENABLED) | {"perfil": "nacional"},
        Status.ERROR,
    ),
    Scenario(
        "ubicacion_configurar_permisos_salientes_defecto",
        "one call type",
        _place(0) | {"call_type": "INTERNATIONAL", "action": "AUTH_CODE", "transfer_enabled": "sí"},
    ),
)
_PEOPLE = (
    Scenario("usuarios_alta_scim", "little known", _NEW),
    Scenario(
        "usuarios_alta_scim",
        "of all columns",
        _NEW
        | _MORE
        | {"display_name": "Nueva P.", "active": "no", "preferred_language": "es_ES"}
        | {"timezone": "Europe/Madrid", "external_id": "E-1"},
    ),
    Scenario(
        "usuarios_alta_scim",
        "of several rows",
        _NEW | _MORE,
        company=(_NEW | {"email": "otra.persona@sandbox.example"},),
    ),
    Scenario("usuarios_alta_scim", "there already", _who(3) | {"first_name": "Ana"}, Status.UNCHANGED),
    Scenario("usuarios_alta_people", "without licences", _NEW | _MORE),
    Scenario("usuarios_alta_people", "messaging", _NEW | {"licenses": _licence(BASIC_MESSAGING)}),
    Scenario(
        "usuarios_alta_people",
        "calling",
        _NEW
        | _place(0)
        | {"licenses": _licence(PROFESSIONAL, BASIC_MESSAGING), "extension": "81000000"}
        | {"direct_number": "950000000", "country": "ES"},
    ),
    Scenario(
        "usuarios_alta_people",
        "refused but created",
        _NEW | _place(0) | {"licenses": _licence(PROFESSIONAL), "extension": "81000000"},
        Status.ERROR,
        faults=("create-400=100%",),
    ),
    Scenario(
        "usuarios_alta_people",
        "partly",
        _NEW | {"licenses": _licence(BASIC_MESSAGING, BASIC_MEETINGS)},
        Status.ERROR,
        faults=("licence-206=100%",),
    ),
    Scenario("usuarios_alta_people", "there already", _who(3) | {"first_name": "Ana"}, Status.UNCHANGED),
    Scenario(
        "usuarios_modificar_licencias",
        "add and remove",
        _who(3)
        | {"add_license_ids": _licence(BASIC_MEETINGS), "remove_license_ids": _licence(BASIC_MESSAGING)},
    ),
    Scenario(
        "usuarios_modificar_licencias",
        "calling",
        _who(4)
        | _place(0)
        | {"add_license_ids": _licence(STANDARD), "extension": "81000000", "phone_number": "+34950000000"},
        faults=(f"no-calling={ORGANISATION.person(4).email}",),
    ),
    Scenario(
        "usuarios_modificar_licencias",
        "partly",
        _who(3) | {"add_license_ids": _licence(BASIC_MEETINGS, ADVANCED_MEETINGS)},
        Status.ERROR,
        faults=("licence-206=100%",),
    ),
    Scenario(
        "usuarios_remover_licencias", "messaging", _who(3) | {"remove_license_ids": _licence(BASIC_MESSAGING)}
    ),
    Scenario(
        "usuarios_remover_licencias", "calling", _who(3) | {"remove_license_ids": _licence(PROFESSIONAL)}
    ),
    Scenario(
        "usuarios_remover_licencias",
        "not assigned",
        _who(3) | {"remove_license_ids": _licence(ADVANCED_MESSAGING)},
        Status.UNCHANGED,
    ),
    Scenario(
        "usuarios_asignar_location",
        "of several rows",
        _who(3) | _place(0),
        company=(_who(4) | _place(0), _who(5) | _place(1) | {"extension": "4711"}),
    ),
    Scenario(
        "usuarios_modificar_licencias",
        "of several rows",
        _who(3) | {"remove_license_ids": _licence(BASIC_MESSAGING)},
        company=(_who(3) | {"add_license_ids": _licence(BASIC_MEETINGS)},),
    ),
    Scenario(
        "usuarios_anadir_intercom_legacy",
        "of several rows",
        _who(3) | {"legacy_phone_number": "+34910000003"},
        company=(_who(3) | {"legacy_phone_number": "+34910000023"},),
    ),
    Scenario("usuarios_asignar_location", "as they are", _who(3) | _place(0)),
    Scenario(
        "usuarios_asignar_location",
        "with another extension and number",
        _who(3) | _place(0) | {"extension": "81000000", "phone_number": "+34950000000"},
    ),
    Scenario(
        "usuarios_asignar_location",
        "refused by the job",
        _who(3) | _place(0) | {"extension": ORGANISATION.person(20).extension},
        Status.ERROR,
    ),
    Scenario("usuarios_anadir_intercom_legacy", "number", _who(3) | {"legacy_phone_number": "+34910000003"}),
    Scenario("usuarios_configurar_desvio_prefijo53", "extension", _who(3) | {"extension": "80000003"}),
    Scenario(
        "usuarios_configurar_desvio_prefijo53",
        "of all columns",
        _who(3)
        | {"destination": "5380000003", "destination_voicemail_enabled": "x", "ring_reminder_enabled": "x"},
    ),
    Scenario(
        "usuarios_configurar_desvio_prefijo53",
        "without the busy branch",
        _who(3) | {"extension": "80000003"},
        faults=(f"forwarding-4003={ORGANISATION.person(3).email}",),
    ),
    Scenario(
        "usuarios_configurar_desvio_prefijo53",
        "where operators write it",
        _who(3) | {"extension": "80000003"},
        faults=(f"forwarding-closed={ORGANISATION.person(3).email}",),
    ),
    Scenario("usuarios_configurar_perfil_saliente_custom", "profile", _who(3) | {"perfil": "nacional"}),
    Scenario(
        "usuarios_configurar_perfil_saliente_custom",
        "one call type",
        _who(3) | {"call_type": "INTERNATIONAL", "action": "BLOCK", "use_custom_enabled": "TRUE"},
    ),
    Scenario(
        "usuarios_configurar_perfil_saliente_custom",
        "the location's again",
        _who(3) | {"use_custom_enabled": "FALSE"},
        before=(("usuarios_configurar_perfil_saliente_custom", _who(3) | {"perfil": "nacional"}),),
    ),
    Scenario(
        "usuarios_configurar_perfil_saliente_custom",
        "where the SDK writes it",
        _who(3) | {"perfil": "nacional"},
        faults=(f"permissions-moved={ORGANISATION.person(3).email}",),
    ),
)
_ROOMS = (
    Scenario(
        "workspaces_alta", "extension", _place(0) | {"display_name": "Sala nueva", "extension": "71000000"}
    ),
    Scenario(
        "workspaces_alta",
        "of all columns",
        _place(0)
        | {"display_name": "Sala nueva", "extension": "71000000", "phone_number": "+34950000000"}
        | {"license_ids": _licence(WORKSPACES), "type": "meetingRoom", "capacity": "6", "notes": "Planta 2"},
    ),
    Scenario("workspaces_alta", "there already", _room(3) | {"extension": "70000003"}, Status.UNCHANGED),
    Scenario(
        "workspaces_anadir_intercom_legacy", "number", _room(3) | {"legacy_phone_number": "+34960000003"}
    ),
    Scenario(
        "workspaces_anadir_intercom_legacy",
        "without a Professional licence",
        _room(3) | {"legacy_phone_number": "+34960000003"},
        Status.ERROR,
        faults=(f"basic-workspace={ORGANISATION.workspace(3).id}",),
    ),
    Scenario(
        "workspaces_anadir_intercom_legacy",
        "of several rows",
        _room(3) | {"legacy_phone_number": "+34960000003"},
        company=(_room(3) | {"legacy_phone_number": "+34960000023"},),
    ),
    Scenario("workspaces_configurar_desvio_prefijo53", "extension", _room(3) | {"extension": "70000003"}),
    Scenario(
        "workspaces_configurar_desvio_prefijo53",
        "without the busy branch",
        _room(3) | {"extension": "70000003"},
        faults=(f"forwarding-4003={ORGANISATION.workspace(3).id}",),
    ),
    Scenario(
        "workspaces_configurar_desvio_prefijo53",
        "where operators write it",
        _room(3) | {"extension": "70000003"},
        faults=(f"forwarding-closed={ORGANISATION.workspace(3).id}",),
    ),
    Scenario(
        "workspaces_configurar_perfil_saliente_custom", "profile", _room(3) | {"perfil": "solo_internas"}
    ),
    Scenario(
        "workspaces_configurar_perfil_saliente_custom",
        "the location's again",
        _room(3) | {"use_custom_permissions": "FALSE"},
        before=(("workspaces_configurar_perfil_saliente_custom", _room(3) | {"perfil": "nacional"}),),
    ),
    Scenario("workspaces_validar_estado_permisos", "ready", _room(3), Status.UNCHANGED),
    Scenario(
        "workspaces_validar_estado_permisos",
        "closed",
        _room(3),
        Status.ERROR,
        faults=(f"unauthorised={ORGANISATION.workspace(3).id}",),
    ),
)
SCENARIOS = _LOCATIONS + _PEOPLE + _ROOMS
