import {expect} from 'chai'

import {placeLabels} from '../../../src/lib/report/labels.js'

const SPACE = {width: 500, height: 380}

const marks = (number: number, x: number, text = 'a model') =>
  Array.from({length: number}, () => ({text, x, y: 0.5}))

describe('the names in a chart', () => {
  it('are at the right of their marks where there is room, else at the left', () => {
    expect(placeLabels(marks(1, 0.1), SPACE)).to.deep.equal([{side: 'right', offset: 0}])
    expect(placeLabels(marks(1, 0.98), SPACE)[0]?.side).to.equal('left')
  })

  it('keep out of the way of one another, and are there even where nothing is free', () => {
    const labels = placeLabels(marks(4, 0.5, 'one'), SPACE)
    expect(new Set(labels.map(({side, offset}) => `${side} ${offset}`)).size).to.equal(4)
    expect(placeLabels(marks(40, 0.5, 'x'.repeat(60)), SPACE)).to.have.length(40)
  })
})
