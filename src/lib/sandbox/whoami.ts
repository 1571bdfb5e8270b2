import type {Call, Hub} from './call.js'

import {requireIdentity} from './access.js'
import {type Answer, json} from './answers.js'

/** `GET /api/whoami-v2`: who the token belongs to, and what it may do. */
export function whoami(call: Call, hub: Hub): Answer {
  const {token} = requireIdentity(call)
  const {user, orgs} = hub.accounts
  const fineGrained = {canReadGatedRepos: true, global: ['discussion.write'], scoped: token.scoped}
  return json({
    type: 'user',
    id: user.id,
    name: user.name,
    fullname: user.fullname,
    // A fine-grained token needs a scope of its own to see the address.
    ...(token.role !== 'fineGrained' && {email: user.email, emailVerified: true}),
    canPay: false,
    billingMode: 'postpaid',
    periodEnd: null,
    isPro: false,
    avatarUrl: `/avatars/${user.id}.svg`,
    orgs: orgs.map((org) => ({
      type: 'org',
      id: org.id,
      name: org.name,
      fullname: org.fullname,
      avatarUrl: `/avatars/${org.id}.svg`,
      email: null,
      canPay: false,
      billingMode: 'postpaid',
      periodEnd: null,
      roleInOrg: org.roleInOrg,
      ...(org.resourceGroups && {resourceGroups: org.resourceGroups}),
    })),
    auth: {
      type: 'access_token',
      accessToken: {
        displayName: token.displayName,
        role: token.role,
        createdAt: token.createdAt.toISOString(),
        ...(token.role === 'fineGrained' && {fineGrained}),
      },
    },
  })
}
