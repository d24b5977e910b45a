"""The modules Asterisk loads, and no others (limits-and-faults.md 4.3, 6 and 11)."""

from typing import Final

MODULES: Final = tuple(
    """
res_timing_timerfd res_crypto res_sorcery_config res_sorcery_memory res_sorcery_astdb res_musiconhold res_agi
res_speech res_cdrel_custom
res_pjproject res_rtp_asterisk res_pjsip res_pjsip_session res_pjsip_pubsub res_pjsip_sdp_rtp res_pjsip_acl
res_pjsip_authenticator_digest res_pjsip_outbound_authenticator_digest
res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user res_pjsip_registrar res_pjsip_caller_id
res_pjsip_dtmf_info res_pjsip_header_funcs res_pjsip_nat res_pjsip_path
res_pjsip_refer res_pjsip_rfc3326 chan_pjsip bridge_simple bridge_native_rtp bridge_softmix bridge_holding
bridge_builtin_features codec_alaw codec_ulaw codec_a_mu codec_resample format_wav format_pcm
app_dial app_queue app_mixmonitor app_chanspy app_playback app_read app_stack app_exec app_verbose
app_userevent app_while app_celgenuserevent
cel_custom func_callerid func_channel func_cut func_db func_devstate func_global func_groupcount
func_hangupcause func_lock func_logic func_math func_md5 func_strings func_timeout func_uri func_periodic_hook
func_pjsip_aor func_pjsip_contact func_pjsip_endpoint
pbx_config res_manager_devicestate res_security_log
""".split()
)
